import type { Catalogue, Failure, Formula, Lane, Success } from '@cateto/contracts';
import { formulaResultTopic, hashOf, operandTopic, readResult, requestId } from '@cateto/contracts';
import type { Bus } from './bus.ts';
import type { Requests } from './requests.ts';

export interface FormulaQuestion {
  readonly formula: Formula;
  /** As many as the formula has; checked by the caller. */
  readonly operands: readonly unknown[];
  readonly timeoutMs: number;
  /** Passed on to the requests this one causes; `true` makes it the request's own id. */
  readonly trace?: string | true | undefined;
  /** Called exactly once. */
  settle(outcome: Success | Failure, id: string): void;
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
  for (const formula of Object.values(catalogue.formulas)) {
    requests.reportListeners(operandTopic(formula.operands.length as Lane));
    requests.hear(formulaResultTopic(formula.name), readResult(formula));
  }
  return {
    ask({ formula: { name }, operands, timeoutMs, trace, settle }) {
      const contract = hashOf(catalogue, name);
      const count = operands.length;
      const seq = requests.ask({
        route: operandTopic(count as Lane),
        answerRoute: formulaResultTopic(name),
        contract: name,
        timeoutMs,
        unheard: 'hold',
        write(to, number, ttlMs) {
          const tag = trace === true ? requestId(bus.address, number) : trace;
          for (let index = 0; index < count; index += 1) {
            bus.publish(operandTopic((index + 1) as Lane), to, {
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
