import type { JSX } from 'preact';
import type { RequestDetail, RequestRow } from '../../shared/request.ts';
import { sequenceOf } from '../../shared/sequence.ts';
import { Fact } from '../fact.tsx';
import { preciseClock, duration } from '../text.ts';
import { Actions } from './actions.tsx';
import { useDetail } from './conversation.tsx';
import { MessageTable } from './message-table.tsx';
import { outcomeOf } from './row-list.tsx';
import { SequenceDiagram } from './sequence-diagram.tsx';

interface RequestPanelProps {
  readonly id: string;
  /** As the list knows it; it changes when there is more to show. */
  readonly row: RequestRow | undefined;
}

export function RequestPanel({ id, row }: RequestPanelProps): JSX.Element {
  const { detail, problem } = useDetail(id, row);
  return (
    <section class="panel detail" aria-label="Request">
      <a class="close" href="#/requests">
        Close
      </a>
      {detail === undefined ? <p class="empty">{problem ?? 'Loading…'}</p> : <Detail detail={detail} />}
    </section>
  );
}

function Detail({ detail }: { readonly detail: RequestDetail }): JSX.Element {
  const { id, formula, operands, ending, outcome, code, startMs, tookMs, fallbacks, attempts, names } = detail;
  const sequence = sequenceOf(detail);
  return (
    <>
      <h2>
        {formula}({operands})
      </h2>
      <p class={`result ${ending}`}>
        {outcomeOf(detail)}
        {code !== undefined && <span class="faint"> {outcome}</span>}
      </p>
      <dl class="facts">
        <Fact name="Took" value={duration(tookMs)} />
        <Fact name="Began" value={preciseClock(startMs)} />
        <Fact name="Client" value={names[detail.client] ?? detail.client} />
        <Fact name="Calc-server" value={names[detail.server ?? ''] ?? detail.server ?? '–'} />
        <Fact name="Sent" value={attempts === 1 ? 'once' : `${attempts} times`} />
        <Fact
          name="Fallbacks"
          value={
            fallbacks.length === 0 ? 'none' : `${fallbacks.length === 1 ? 'lane' : 'lanes'} ${fallbacks.join(', ')}`
          }
        />
        <Fact name="Id" value={id} />
      </dl>
      <Actions detail={detail} sequence={sequence} />
      {detail.messages.length === 0 ? (
        <p class="empty">The console no longer has the messages of this request.</p>
      ) : (
        <>
          <SequenceDiagram sequence={sequence} title={`${formula}(${operands})`} />
          <p class="note">
            Times are those at which the console saw a message pass. Every message passes through the active broker.
            {detail.inferred && ' The request has no trace. Its calls are shown here because they name its client.'}
          </p>
          <MessageTable detail={detail} />
        </>
      )}
    </>
  );
}
