import type { ComponentChildren, JSX } from 'preact';

/* The three scenes of the paper, one button each. Chaos plays them on real processes, the playground in a simulation. */

export const sceneTexts: readonly { readonly title: string; readonly about: string }[] = [
  {
    title: 'All is well',
    about:
      'A client asks for a hypotenuse. Two op-servers square a leg each, and the calc-server takes the root of the sum.',
  },
  {
    title: 'An op-server is killed',
    about:
      'No op-server squares the odd legs any more. The calc-server notices within milliseconds, and squares them itself.',
  },
  {
    title: 'The active broker is killed',
    about: 'The standby takes over. Clients and calc-servers resend the requests that were in flight. None is lost.',
  },
];

export interface SceneState {
  readonly button: string;
  readonly disabled: boolean;
  /** Why it cannot be played, or that it is. */
  readonly note: string | undefined;
  readonly outcome: ComponentChildren;
  readonly onPlay: () => void;
}

export function SceneList({ scenes }: { readonly scenes: readonly SceneState[] }): JSX.Element {
  return (
    <ol class="tour" aria-label="The three scenes">
      {scenes.map(({ button, disabled, note, outcome, onPlay }, index) => (
        <li key={index} class="panel">
          <h2>
            {index + 1}. {sceneTexts[index]?.title}
          </h2>
          <p>{sceneTexts[index]?.about}</p>
          <p class="actions">
            <button type="button" class="main" disabled={disabled} onClick={onPlay}>
              {button}
            </button>
          </p>
          <div role="status">
            {note !== undefined && <p class="note">{note}</p>}
            {outcome}
          </div>
        </li>
      ))}
    </ol>
  );
}

/** Who squared the legs of a hypotenuse. */
export function whoSquared(fallbacks: readonly number[]): string {
  return fallbacks.length === 0
    ? 'both legs squared by op-servers'
    : `leg ${fallbacks.join(' and ')} squared by the calc-server`;
}
