import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { CallAnswer, FormulaView } from '../api.ts';
import { callFormula, Problem, requestDetail } from '../api.ts';
import { Field, textOf, valueOf } from '../schema-form.tsx';
import { duration } from '../text.ts';
import { Conversation } from '../requests/conversation.tsx';

interface CallFormProps {
  readonly formula: FormulaView;
  readonly again: string;
}

/** Calls a formula, and shows the answer with its diagram. */
export function CallForm({ formula, again }: CallFormProps): JSX.Element {
  const { operands, example, name } = formula;
  const [texts, setTexts] = useState(() => operands.map(({ schema }, at) => textOf(schema, example.operands[at])));
  const [problems, setProblems] = useState<readonly (string | undefined)[]>([]);
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<CallAnswer | undefined>(undefined);
  const [said, setSaid] = useState('');

  useEffect(() => {
    if (again === '') return;
    operandsOf(again, formula).then(setTexts, (error: unknown) => {
      setSaid(`The form cannot repeat the operands of that request (${String(error)}). It shows the example instead.`);
    });
  }, [again, formula]);

  async function ask(): Promise<void> {
    const read = operands.map(({ schema }, at) => valueOf(schema, texts[at] ?? ''));
    setProblems(read.map((one) => ('problem' in one ? one.problem : undefined)));
    if (read.some((one) => 'problem' in one)) return;
    setBusy(true);
    setSaid('');
    try {
      setAnswer(
        await callFormula(
          name,
          read.map((one) => ('value' in one ? one.value : undefined)),
        ),
      );
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setSaid(error.message);
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <form
        class="call-form"
        aria-label={`Call ${name}`}
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        {operands.map((operand, at) => (
          <Field
            key={operand.name}
            name={operand.name}
            schema={operand.schema}
            text={texts[at] ?? ''}
            problem={problems[at]}
            onText={(text) => setTexts(texts.with(at, text))}
          />
        ))}
        <button class="main" disabled={busy}>
          {busy ? 'Asking…' : `Ask ${name}`}
        </button>
      </form>
      <div role="status">
        {said !== '' && <p class="note">{said}</p>}
        {answer !== undefined && <Answered answer={answer} />}
      </div>
      {answer?.id !== undefined && <Conversation key={answer.id} id={answer.id} />}
    </>
  );
}

function Answered({ answer }: { readonly answer: CallAnswer }): JSX.Element {
  if ('code' in answer) {
    return (
      <p class="result failed">
        {answer.code} <span class="faint">{answer.message}</span>
      </p>
    );
  }
  const { value, elapsedMs, fallbacks } = answer;
  const who =
    fallbacks.length === 0
      ? ''
      : `, ${fallbacks.length === 1 ? 'lane' : 'lanes'} ${fallbacks.join(', ')} computed by the calc-server`;
  return (
    <p class="result">
      {value}{' '}
      <span class="faint">
        in {duration(elapsedMs)}
        {who}
      </span>
    </p>
  );
}

/** The operands of a request that passed, as they are written in the form. */
async function operandsOf(id: string, { operands }: FormulaView): Promise<string[]> {
  const { messages } = await requestDetail(id);
  return operands.map(({ schema }, at) => {
    const sent = messages.find(({ kind, number }) => kind === 'operand' && number === at + 1);
    if (sent === undefined) throw new Error('the console has not seen them');
    return textOf(schema, JSON.parse(sent.payload));
  });
}
