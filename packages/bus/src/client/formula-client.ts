import type { Catalogue, Failure, Formula, Lane, Success } from '@cateto/contracts';
import { formulaResultTopic, hashOf, lanes, operandTopic, readResult, requestId } from '@cateto/contracts';
import type { Target } from '@cateto/protocol';
import type { Bus } from '../participant/bus.ts';
import type { CallHistograms } from '../metrics/call-histograms.ts';
import type { Question, Requests } from '../participant/requester-driver.ts';

const operandTopics = lanes.map((n) => operandTopic(n));

/** Called exactly once. */
export type Settle = (outcome: Success | Failure, seq: number) => void;

export interface FormulaQuestion {
  readonly formula: Formula;
  /** As many as the formula has; the caller has checked this. */
  readonly operands: readonly unknown[];
  readonly timeoutMs: number;
  /** Passed on to the requests that this one causes; `true` makes it the request's own id. */
  readonly trace?: string | true | undefined;
  readonly settle: Settle;
  /** Receives each new progress value, from 0 to 1; must not throw. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** The requesting side of formulas: the client's part. */
export interface FormulaClient {
  /** @returns the request's seq; the request may already be settled */
  ask(question: FormulaQuestion): number;
  /** Settles the request as `cancelled` at once, if it is not settled yet. */
  cancel(seq: number): void;
}

/** Everything about a formula that is the same for every request. */
interface FormulaRoute {
  readonly name: string;
  readonly hash: number;
  readonly target: Target;
  readonly durations: CallHistograms;
}

export function createFormulaClient(
  bus: Bus<Catalogue, 'client'>,
  catalogue: Catalogue,
  requests: Requests,
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
      return requests.ask(route.target, question.timeoutMs, new FormulaRequest(bus, route, question));
    },
    cancel: requests.cancel,
  };
}

/** An object with methods and not a pair of closures: it lives as long as the request. */
class FormulaRequest implements Question {
  private readonly bus: Bus<Catalogue, 'client'>;
  private readonly route: FormulaRoute;
  private readonly question: FormulaQuestion;
  private share = 0;
  sinceTicks = 0;

  constructor(bus: Bus<Catalogue, 'client'>, route: FormulaRoute, question: FormulaQuestion) {
    this.bus = bus;
    this.route = route;
    this.question = question;
  }

  write(to: string, seq: number, ttlMs: number, attempt: number): void {
    const { bus, route } = this;
    const { operands, trace: given } = this.question;
    const trace = given === true ? requestId(bus.address, seq) : given;
    const count = operands.length;
    for (let index = 0; index < count; index += 1) {
      bus.publish(operandTopics[index] ?? 'calc.request.1', to, {
        seq,
        formula: route.name,
        contract: route.hash,
        operands: count,
        value: operands[index],
        ttlMs,
        trace,
        attempt: attempt === 1 ? undefined : attempt,
      });
    }
  }

  get durations(): CallHistograms {
    return this.route.durations;
  }

  progressed(share: number): void {
    if (share === this.share) return;
    this.share = share;
    this.question.onProgress?.(share);
  }

  settle(outcome: Success | Failure, seq: number): void {
    this.question.settle(outcome, seq);
  }
}
