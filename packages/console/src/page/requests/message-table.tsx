import type { JSX } from 'preact';
import type { RequestDetail, SeenMessage } from '../../shared/request.ts';
import type { Column } from '../table.tsx';
import { Table } from '../table.tsx';
import { duration } from '../text.ts';

/** The same as the diagram, as a table: for screen readers, and with whole payloads. */
export function MessageTable({ detail }: { readonly detail: RequestDetail }): JSX.Element {
  const { messages, names, startMs } = detail;
  const columns: readonly Column<SeenMessage>[] = [
    { name: 'After', numeric: true, cell: ({ atMs }) => duration(Math.max(0, atMs - startMs)) },
    { name: 'From', cell: ({ from }) => names[from] ?? from },
    { name: 'To', cell: ({ to }) => names[to] ?? to },
    { name: 'Topic', cell: ({ topic }) => <code>{topic}</code> },
    {
      name: 'Payload',
      cell: ({ payload, code }) => <code>{code === undefined ? payload : `${code}: ${payload}`}</code>,
    },
  ];
  return (
    <details>
      <summary>Messages as a table</summary>
      <Table
        label="Messages"
        columns={columns}
        rows={messages}
        keyOf={(message) => `${messages.indexOf(message)}`}
        empty="No messages."
      />
    </details>
  );
}
