import { hashOf } from '@cateto/contracts';
import type { Context } from '../../context.ts';
import type { Sink } from './sink.ts';
import { directSink, streamSink } from './sink.ts';
import { partialFile } from './partial-file.ts';
import type { BatchJob } from '../batch-job.ts';
import type { Target } from './target.ts';

/**
 * Opens the destination of the rows. Nothing is written before `begin`.
 *
 * @throws CommandFault when a file cannot be written, or must not be
 */
export function openSink(
  { io, catalogue }: Context,
  { formula, resume, retryFailed }: BatchJob,
  target: Target,
  delimiter: string,
): Promise<Sink> {
  if (target.kind === 'stdout') return Promise.resolve(streamSink(io.stdout));
  if (target.kind === 'direct') return Promise.resolve(directSink(target.path, io.signal));
  const how = resume === true ? 'resume' : retryFailed === true ? 'retry' : 'new';
  const mark = { formula: formula.name, contract: hashOf(catalogue, formula.name), retries: how === 'retry' };
  return partialFile({ target, how, mark, delimiter });
}
