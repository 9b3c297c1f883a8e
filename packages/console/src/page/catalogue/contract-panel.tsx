import type { JSX } from 'preact';
import type { FormulaView, OperationView } from '../api.ts';
import { Fact } from '../fact.tsx';
import { kindOf } from '../schema-form.tsx';
import type { JsonSchemaView } from '../schema-form.tsx';
import { state, welcome } from '../store.ts';
import { visible } from '../text.ts';
import { CallForm } from './call-form.tsx';

interface ContractPanelProps {
  readonly contract: FormulaView | OperationView;
  /** The id of a request to repeat; empty for the example. */
  readonly again: string;
}

export function ContractPanel({ contract, again }: ContractPanelProps): JSX.Element {
  const { name, description, version, hash } = contract;
  const isFormula = 'operands' in contract;
  const servers = state.value?.servers.filter(
    ({ serves, role }) => serves.includes(name) && (role === 'calc-server') === isFormula,
  );
  return (
    <section class="panel contract" aria-labelledby="contract">
      <h2 id="contract">{signature(contract)}</h2>
      <p>{visible(description)}</p>
      <dl class="facts">
        <Fact name="Served by" value={servers?.map((server) => server.name).join(', ') || 'no server'} />
        <Fact name="Version" value={String(version)} />
        <Fact name="Hash" value={String(hash)} />
        {!isFormula && <Fact name="Without op-servers" value={fallbacks[contract.work.fallback] ?? ''} />}
        <Fact name="Example" value={exampleOf(contract)} />
      </dl>
      {isFormula && welcome.value?.mayCall === true && <CallForm key={again} formula={contract} again={again} />}
      {isFormula && welcome.value?.mayCall === false && (
        <p class="note">This console only shows. Start it with --allow-calls to call formulas from here.</p>
      )}
      <details>
        <summary>JSON Schema</summary>
        <pre>{visible(JSON.stringify(schemasOf(contract), undefined, 2))}</pre>
      </details>
    </section>
  );
}

const fallbacks: Readonly<Record<string, string>> = {
  unserved: 'the calc-server computes it',
  late: 'the calc-server computes it, also when they are late',
  never: 'calls fail',
};

function signature(contract: FormulaView | OperationView): string {
  const { name, output } = contract;
  const inputs =
    'operands' in contract
      ? contract.operands.map((operand) => `${operand.name}: ${kindOf(operand.schema)}`)
      : [kindOf(contract.input)];
  return `${name}(${inputs.join(', ')}) → ${kindOf(output)}`;
}

function exampleOf(contract: FormulaView | OperationView): string {
  const { example } = contract;
  const given = 'operands' in example ? example.operands.map(json).join(', ') : json(example.input);
  return `${contract.name}(${given}) = ${json(example.output)}`;
}

const exampleMax = 120;

function json(value: unknown): string {
  const text = visible(JSON.stringify(value) ?? '');
  return text.length > exampleMax ? `${text.slice(0, exampleMax)}…` : text;
}

function schemasOf(contract: FormulaView | OperationView): Record<string, JsonSchemaView> {
  if (!('operands' in contract)) return { input: contract.input, output: contract.output };
  return {
    ...Object.fromEntries(contract.operands.map(({ name, schema }) => [name, schema])),
    output: contract.output,
  };
}
