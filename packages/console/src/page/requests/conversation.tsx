import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { RequestDetail, RequestRow } from '../../shared/request.ts';
import { sequenceOf } from '../../shared/sequence.ts';
import { Problem, requestDetail } from '../api.ts';
import { requests } from '../store.ts';
import { SequenceDiagram } from './sequence-diagram.tsx';

/** The diagram of a request that the page just sent, as soon as the console has seen its messages. */
export function Conversation({ id }: { readonly id: string }): JSX.Element | null {
  const row = requests.value.find((one) => one.id === id);
  const { detail } = useDetail(id, row);
  if (detail === undefined || detail.messages.length === 0) return null;
  const { formula, operands } = detail;
  return (
    <>
      <SequenceDiagram sequence={sequenceOf(detail)} title={`${formula}(${operands})`} />
      <p class="note">
        <a href={`#/requests/${id}`}>This request in the list</a>
      </p>
    </>
  );
}

/** @param row as the list knows it; it changes when there is more to show */
export function useDetail(
  id: string,
  row: RequestRow | undefined,
): { readonly detail: RequestDetail | undefined; readonly problem: string | undefined } {
  const [detail, setDetail] = useState<RequestDetail | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  useEffect(() => {
    let current = true;
    requestDetail(id).then(
      (found) => current && setDetail(found),
      (error: unknown) => current && setProblem(error instanceof Problem ? error.message : String(error)),
    );
    return () => void (current = false);
  }, [id, row]);
  return detail?.id === id ? { detail, problem: undefined } : { detail: undefined, problem };
}
