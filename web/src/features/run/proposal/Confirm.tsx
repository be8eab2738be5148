import './proposal.css';
import { Button, Group, Stack } from '@mantine/core';
import { useCallback, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcut } from '@/app/keyboard';
import { Values as Listed } from '../Context';
import type { ApiForm } from '../form/model';
import { titles } from '../form/model';
import { StepForm } from '../form/StepForm';
import type { Run, Step } from '../model';
import { Beside } from './Beside';
import { Marked, withMarks } from './Marks';
import { canDo, changes, entered, typed, type Values } from './model';
import { nullable, shaped } from './shape';

type Props = {
  run: Run;
  step: Step;
  form: ApiForm | null;
  values: Values;
  problem: unknown;
  busy: boolean;
  onChange: (values: Values) => void;
  onConfirm: (said: Values) => void;
};

/** The form as it was proposed, with the proposal beside it. Nothing is sent but by the button. */
export function Confirm({ run, step, form, values, problem, busy, onChange, onConfirm }: Props) {
  const { t } = useTranslation();
  const press = useRef<HTMLButtonElement>(null);
  const confirms = canDo(step, 'complete');
  const proposed = useMemo(() => form?.values ?? {}, [form?.values]);
  const drawn = useDrawn(step, form);
  const names = useMemo(() => Object.keys(titles(drawn)), [drawn]);
  // What the form keeps of an answer is read once it is sent: its newest values, which may not have been drawn yet.
  const change = (next: Values) => onChange(typed(names, proposed, values, next));
  const marks = {
    proposed,
    values,
    titles: titles(drawn),
    readonly: !confirms,
    empties: useMemo(() => (step.kind === 'update_data' && form ? nullable(form) : []), [form, step.kind]),
    onPut: (name: string, value: unknown) => {
      const { [name]: _, ...rest } = values;
      onChange(value === undefined ? rest : { ...rest, [name]: value });
    },
  };
  const send = useCallback(() => {
    if (!confirms || busy) return;
    if (press.current) press.current.click();
    else onConfirm({});
  }, [busy, confirms, onConfirm]);
  useShortcut('mod+Enter', t('proposal.confirm'), send);
  return (
    <Stack gap="md" className="proposal">
      <div className={step.proposal ? 'proposal-sides' : undefined}>
        {drawn && names.length > 0 ? (
          <Marked.Provider value={marks}>
            <StepForm
              form={drawn}
              values={entered(values)}
              problem={problem}
              readonly={!confirms}
              onChange={change}
              onSubmit={(given) => onConfirm(changes(names, proposed, typed(names, proposed, values, given)))}
              submit={press}
            />
          </Marked.Provider>
        ) : (
          <Listed values={step.proposal?.values ?? proposed} />
        )}
        {step.proposal && <Beside run={run} step={step} proposal={step.proposal} />}
      </div>
      {confirms && (
        <Group>
          <Button size="md" loading={busy} onClick={send}>
            {t(step.waits === 'approval' ? 'proposal.ask_anew' : 'proposal.confirm')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

/** The form as it is drawn, once for as long as what is proposed stays the same. */
function useDrawn(step: Step, form: ApiForm | null): ApiForm | null {
  const { t } = useTranslation();
  const [yes, no] = [t('field.yes'), t('field.no')];
  const rows = step.proposal?.options ?? undefined;
  return useMemo(
    () => form && withMarks(shaped(form, { yes, no }, rows as Record<string, unknown>[] | undefined)),
    [form, no, rows, yes],
  );
}
