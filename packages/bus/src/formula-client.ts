import type { Catalogue, Failure, Formula, Lane, Success } from '@cateto/contracts';
import { formulaResultTopic, hashOf, lanes, operandTopic, readResult, requestId } from '@cateto/contracts';
import type { Bus } from './bus.ts';
import type { Requests } from './requests.ts';

const operandTopics = lanes.map((n) => operandTopic(n));

export interface FormulaQuestion {
  readonly formula: Formula;
  /** As many as the formula has; checked by the caller. */
  readonly operands: readonly unknown[];
  readonly timeoutMs: number;
  /** Passed on to the requests this one causes; `true` makes it the request's own id. */
  readonly trace?: string | true | undefined;
  /** Called exactly once. */
  settle(outcome: Success | Failure, seq: number): void;
}

/** The asking side of formulas: a client's. */
export interface FormulaClient {
  /** @returns what cancels it; the outcome is then `cancelled` at once */
  ask(question: FormulaQuestion): () => void;
}

export function createFormulaClient(
  bus: Bus<Catalogue, 'client'>,
  catalogue: Catalogue,
  requests: Requests,
): FormulaClient {
  /** Made once: a topic made anew for each request would have to be hashed anew. */
  const answerRoutes = new Map<string, string>();
  for (const formula of Object.values(catalogue.formulas)) {
    const answerRoute = formulaResultTopic(formula.name);
    answerRoutes.set(formula.name, answerRoute);
    requests.reportListeners(operandTopic(formula.operands.length as Lane));
    requests.hear(answerRoute, readResult(formula));
  }
  return {
    ask({ formula: { name }, operands, timeoutMs, trace, settle }) {
      const contract = hashOf(catalogue, name);
      const count = operands.length;
      const seq = requests.ask({
        route: operandTopics[count - 1] ?? '',
        answerRoute: answerRoutes.get(name) ?? '',
        contract: name,
        timeoutMs,
        unheard: 'hold',
        write(to, number, ttlMs) {
          const tag = trace === true ? requestId(bus.address, number) : trace;
          for (let index = 0; index < count; index += 1) {
            bus.publish(operandTopics[index] ?? 'calc.request.1', to, {
              seq: number,
              formula: name,
              contract,
              operands: count,
              value: operands[index],
              ttlMs,
              trace: tag,
            });
          }
        },
        settle,
      });
      return () => requests.cancel(seq);
    },
  };
}
