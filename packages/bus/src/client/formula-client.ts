import type { Catalogue, Formula, Lane } from '@cateto/contracts';
import { formulaResultTopic, hashOf, operandTopic, readResult } from '@cateto/contracts';
import type { Target } from '@cateto/protocol';
import type { Bus } from '../participant/bus.ts';
import type { Requests } from '../participant/requester-driver.ts';
import type { CallSpans } from '../telemetry/calls.ts';
import type { FormulaQuestion, FormulaRoute } from './formula-request.ts';
import { FormulaRequest } from './formula-request.ts';
import { SpannedRequest } from './spanned-request.ts';

/** The requesting side of formulas: the client's part. */
export interface FormulaClient {
  /** @returns the request's seq; the request may already be settled */
  ask(question: FormulaQuestion): number;
  /** Settles the request as `cancelled` at once, if it is not settled yet. */
  cancel(seq: number): void;
}

export function createFormulaClient(
  bus: Bus<Catalogue, 'client'>,
  catalogue: Catalogue,
  requests: Requests,
  spans?: CallSpans,
): FormulaClient {
  const routes = new Map<Formula, FormulaRoute>();
  for (const formula of Object.values(catalogue.formulas)) {
    const { name } = formula;
    const route = operandTopic(formula.operands.length as Lane);
    const answerRoute = formulaResultTopic(name);
    const target: Target = { route, answerRoute, contract: name, unheard: 'hold' };
    routes.set(formula, { name, hash: hashOf(catalogue, name), target, durations: requests.durationsOf(name) });
    requests.reportListeners(route);
    requests.hear(answerRoute, readResult(formula));
  }
  return {
    ask(question) {
      const route = routes.get(question.formula);
      if (route === undefined) throw new TypeError(`${question.formula.name} is not a formula of this catalogue`);
      const { target } = route;
      if (spans === undefined)
        return requests.ask(target, question.timeoutMs, new FormulaRequest(bus, route, question));
      const request = new SpannedRequest(bus, route, question, spans.begin(route.name, undefined));
      const seq = requests.ask(target, question.timeoutMs, request);
      request.call.asked();
      return seq;
    },
    cancel: requests.cancel,
  };
}
