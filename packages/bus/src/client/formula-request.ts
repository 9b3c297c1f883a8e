import type { Catalogue, Failure, Formula, Success } from '@cateto/contracts';
import { lanes, largeBytes, operandTopic, requestId } from '@cateto/contracts';
import type { Target } from '@cateto/protocol';
import type { Bus } from '../participant/bus.ts';
import type { CallHistograms } from '../metrics/call-histograms.ts';
import type { Question } from '../participant/requester-driver.ts';

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

/** Everything about a formula that is the same for every request. */
export interface FormulaRoute {
  readonly name: string;
  readonly hash: number;
  readonly target: Target;
  readonly durations: CallHistograms;
}

/** An object with methods and not a pair of closures: it lives as long as the request. */
export class FormulaRequest implements Question {
  protected readonly bus: Bus<Catalogue, 'client'>;
  private readonly route: FormulaRoute;
  private readonly question: FormulaQuestion;
  private share = 0;
  readonly bytes: number;
  sinceTicks = 0;

  constructor(bus: Bus<Catalogue, 'client'>, route: FormulaRoute, question: FormulaQuestion) {
    this.bus = bus;
    this.route = route;
    this.question = question;
    let bytes = 0;
    for (const operand of question.operands) bytes += largeBytes(operand);
    this.bytes = bytes;
  }

  write(to: string, seq: number, ttlMs: number, attempt: number): void {
    const { bus, route } = this;
    const { operands } = this.question;
    const trace = this.traceOf(seq);
    const count = operands.length;
    for (let index = 0; index < count; index += 1) {
      const value = operands[index];
      const message = {
        seq,
        formula: route.name,
        contract: route.hash,
        operands: count,
        value,
        ttlMs,
        trace,
        attempt: attempt === 1 ? undefined : attempt,
      };
      bus.publish(operandTopics[index] ?? 'calc.request.1', to, message, value);
    }
  }

  /** The text that its requests carry. */
  protected traceOf(seq: number): string | undefined {
    const { trace } = this.question;
    return trace === true ? requestId(this.bus.address, seq) : trace;
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
