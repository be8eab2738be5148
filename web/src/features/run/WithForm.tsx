import { Button, Stack, Textarea } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failed } from '@/ui/Failed';
import { Said } from '@/ui/Said';
import { Foot } from '@/ui/Foot';
import { Waiting } from '@/ui/Waiting';
import type { ApiForm } from './form/model';
import { StepForm } from './form/StepForm';
import { type Command, useCommand, useStep } from './hooks';
import type { Run, Step } from './model';

type Props = { run: Run; step: Step; type: 'amend' | 'handle_manually' };

/** Correcting a finished answer, or doing by hand what a machine could not: the step's form, and why. */
export function WithForm({ run, step, type }: Props) {
  const detail = useStep(run.id, step.id, run.seq);
  if (detail.isError) return <Failed error={detail.error} />;
  if (!detail.data) return <Waiting size="sm" />;
  return <Asked run={run} step={step} type={type} form={detail.data.form as ApiForm | null} />;
}

function Asked({ run, step, type, form }: Props & { form: ApiForm | null }) {
  const { t } = useTranslation();
  const command = useCommand(run.id);
  const press = useRef<HTMLButtonElement>(null);
  const [values, setValues] = useState<Record<string, unknown>>(
    step.choice ? { choice: step.choice } : { ...form?.values },
  );
  const [reason, setReason] = useState('');
  const drawn =
    form !== null && isAnswered(step, type) && Object.keys(form.schema.properties ?? {}).length > 0;
  const give = (answered: Record<string, unknown>) => {
    const said: Command = { type, step: step.id, execution: step.execution };
    const what = step.kind === 'decision' ? { choice: answered.choice } : { output: answered };
    const full = { ...said, ...(drawn ? what : {}), ...(reason.trim() ? { reason: reason.trim() } : {}) };
    command.mutate(full, { onSuccess: () => modals.closeAll() });
  };
  return (
    <Stack>
      {drawn && (
        <StepForm
          form={form}
          values={values}
          problem={command.error}
          readonly={false}
          onChange={setValues}
          onSubmit={give}
          submit={press}
        />
      )}
      <Textarea
        label={t('step.reason')}
        required={type === 'amend'}
        autosize
        minRows={2}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {command.isError && <Said error={command.error} />}
      <Foot>
        <Button
          loading={command.isPending}
          disabled={type === 'amend' && !reason.trim()}
          onClick={() => (drawn ? press.current?.click() : give({}))}
        >
          {t(`command.${type}`)}
        </Button>
      </Foot>
    </Stack>
  );
}

/** What a person does in a machine's place is typed where the machine would have answered; an effect is only done. */
function isAnswered(step: Step, type: Props['type']): boolean {
  return type === 'amend' || step.kind === 'ai' || step.kind === 'decision';
}
