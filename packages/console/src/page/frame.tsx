import type { ComponentChildren, JSX } from 'preact';

export interface FrameProps {
  /** Between the name and the end of the head. */
  readonly head?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** The head of the page, and its content below. */
export function Frame({ head, children }: FrameProps): JSX.Element {
  return (
    <>
      <a class="skip" href="#content" onClick={skipToContent}>
        Skip to the content
      </a>
      <header>
        <p class="brand">
          <svg viewBox="0 0 32 32" width="20" height="20" aria-hidden="true">
            <path d="M5 27V7l22 20z" />
          </svg>
          Cateto
        </p>
        {head ?? <p class="subject">Playground</p>}
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

function skipToContent(event: Event): void {
  // The address after # names the view.
  event.preventDefault();
  document.querySelector<HTMLElement>('#content')?.focus();
}
