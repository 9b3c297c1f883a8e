import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { mermaidOf } from '../../shared/mermaid.ts';
import type { RequestDetail } from '../../shared/request.ts';
import type { Sequence } from '../../shared/sequence.ts';
import { welcome } from '../store.ts';

interface ActionsProps {
  readonly detail: RequestDetail;
  readonly sequence: Sequence;
}

export function Actions({ detail, sequence }: ActionsProps): JSX.Element {
  const [mermaid, setMermaid] = useState<string | undefined>(undefined);
  const [said, setSaid] = useState('');

  async function copy(): Promise<void> {
    const text = mermaidOf(sequence);
    // Browsers let a page write to the clipboard on loopback and over https only.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    try {
      if (clipboard === undefined) throw new DOMException('no clipboard');
      await clipboard.writeText(text);
      setSaid('Copied.');
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      setMermaid(text);
      setSaid('The browser does not allow copying. Here is the text.');
    }
  }

  return (
    <>
      <p class="actions">
        <button type="button" onClick={() => void copy()}>
          Copy as Mermaid
        </button>
        <button type="button" onClick={() => download(detail)}>
          Download JSON
        </button>
        {welcome.value?.mayCall === true && (
          <a class="button" href={`#/catalogue/${detail.formula}/${detail.id}`}>
            Ask again
          </a>
        )}
        <span role="status" class="faint">
          {said}
        </span>
      </p>
      {mermaid !== undefined && (
        <textarea
          aria-label="The diagram as Mermaid"
          readOnly
          rows={8}
          value={mermaid}
          onFocus={(event) => event.currentTarget.select()}
        />
      )}
    </>
  );
}

function download(detail: RequestDetail): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(detail, undefined, 2)], { type: 'application/json' }));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = `${detail.id}.json`;
  anchor.click();
  URL.revokeObjectURL(url);
}
