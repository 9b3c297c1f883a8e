import type { JSX } from 'preact';
import { SequenceDiagram } from '../requests/sequence-diagram.tsx';
import { figure } from './worker-link.ts';

/** The request that is played, as a sequence diagram that grows with each message. */
export function FigurePanel(): JSX.Element {
  const shown = figure.value;
  return (
    <section class="panel" aria-labelledby="figure">
      <h2 id="figure">{shown === undefined ? 'Sequence diagram' : shown.title}</h2>
      {shown === undefined ? (
        <p class="empty">Play a scene, or ask for a hypotenuse. Each message appears here as it is sent.</p>
      ) : (
        <>
          <SequenceDiagram sequence={shown.sequence} title={shown.title} />
          <p class="note">Times are those at which a message was sent, since the client asked.</p>
        </>
      )}
    </section>
  );
}
