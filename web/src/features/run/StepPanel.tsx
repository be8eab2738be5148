import { Alert, Box, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { Waiting } from '@/ui/Waiting';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import Markdown from 'react-markdown';
import { Problem, type Schemas } from '@/api/client';
import { useShortcut } from '@/app/keyboard';
import { Why } from '@/offline/Outbox';
import { useQueue } from '@/offline/outbox';
import { ends } from '@/offline/queue';
import { Failed } from '@/ui/Failed';
import { Said } from '@/ui/Said';
import { Status } from '@/ui/Status';
import { When } from '@/ui/When';
import { Automations } from './Automations';
import { useDraft } from './drafts';
import { type ApiForm, drawsAnything, titles } from './form/model';
import { StepForm } from './form/StepForm';
import { type Command, type Told, useCommand, useStep } from './hooks';
import { isOpen, needs, type Run, type Step } from './model';
import { Notes } from './Notes';
import { Rounds } from './Rounds';
import { StepActions } from './StepActions';

type Detail = Schemas['StepDetail'];
type Props = { run: Run; step: Step; onEnded: (after: Run) => void };

/** One step: what it asks, the form, what can be done, and every round it had. */
export function StepPanel({ run, step, onEnded }: Props) {
  const { t } = useTranslation();
  const detail = useStep(run.id, step.id, run.seq);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const missing = needs(run, step);
  return (
    <Card withBorder padding="lg" className="step-panel">
      <Stack gap="md">
        <Group justify="space-between" align="flex-start">
          <Title order={2} size="h4" ref={heading} tabIndex={-1}>
            {step.title}
          </Title>
          <Status value={step.status} />
        </Group>
        {step.description && (
          <Box className="markdown">
            <Markdown>{step.description}</Markdown>
          </Box>
        )}
        <Facts step={step} />
        {step.status === 'pending' && missing.length > 0 && (
          <Alert color="gray">{t('run.needs', { steps: missing.join(', ') })}</Alert>
        )}
        {step.attention && (
          <Alert
            color="orange"
            title={t(`reason.${step.attention.reason}`, { defaultValue: step.attention.reason })}
          >
            {step.attention.message}
          </Alert>
        )}
        {detail.isError && !detail.data && <Failed error={detail.error} />}
        {detail.isPending && <Waiting size="sm" />}
        {detail.data && (
          <Work key={step.execution} run={run} step={step} detail={detail.data} onEnded={onEnded} />
        )}
        {detail.data && (
          <Rounds rounds={detail.data.rounds} titles={titles(detail.data.form as ApiForm | null)} />
        )}
        {detail.data && <Notes run={run} step={step} notes={detail.data.notes} />}
      </Stack>
    </Card>
  );
}

function Facts({ step }: { step: Step }) {
  const { t } = useTranslation();
  const whom = [...step.assignees.users, ...step.assignees.teams, ...step.assignees.partners];
  return (
    <Text size="sm" c="dimmed">
      {whom.length > 0 ? t('step.for', { names: whom.join(', ') }) : t('step.for_anybody')}
      {step.due && (
        <>
          {' · '}
          {t('run.due')} <When value={step.due} c={step.overdue ? 'red' : undefined} />
        </>
      )}
      {step.ended_at && (
        <>
          {' · '}
          {t('step.ended', { by: step.ended_by ?? step.done_by })} <When value={step.ended_at} />
        </>
      )}
    </Text>
  );
}

/** What ends a step: what was entered has been given with it, and is no draft any more. */
const ENDING = ['complete', 'skip', 'decline', 'handle_manually', 'amend'];

function Work({ run, step, detail, onEnded }: Props & { detail: Detail }) {
  const { t } = useTranslation();
  const command = useCommand(run.id);
  const press = useRef<HTMLButtonElement>(null);
  const answerable = step.can.includes('complete');
  const form = detail.form as ApiForm | null;
  const waits = useWaiting(run.id, step.id);
  const given = (waits?.body.output ?? waits?.body) as Record<string, unknown> | undefined;
  const first = useMemo(
    () => ({ ...form?.values, ...(detail.draft?.output as object | undefined), ...given }),
    [form?.values, detail.draft?.output, given],
  );
  const draft = useDraft({
    run: run.id,
    step: step.id,
    execution: step.execution,
    first,
    enabled: answerable,
  });

  const give = useCallback(
    (more: Command) => {
      const after = (told: Told) => {
        if (ENDING.includes(more.type)) draft.done();
        const view = told.run ?? told.ahead;
        const now = view?.steps.find((each) => each.id === step.id);
        // Begun, held, claimed: the person stays with it.
        if (view && !(now && isOpen(now))) onEnded(view);
      };
      command.mutate({ step: step.id, execution: step.execution, ...more }, { onSuccess: after });
    },
    [command, draft, onEnded, step.execution, step.id],
  );
  const answer = (values: Record<string, unknown>) =>
    give({
      type: 'complete',
      ...(step.kind === 'decision' ? { choice: values.choice } : { output: values }),
    });
  const complete = useCallback(() => {
    if (!answerable || command.isPending) return;
    if (form && drawsAnything(form)) press.current?.click();
    else give({ type: 'complete' });
  }, [answerable, command.isPending, form, give]);
  useShortcut('mod+Enter', t('step.complete'), complete);

  return (
    <Stack gap="md">
      {waits?.refusal && (
        <Alert color="red" role="alert" title={t('offline.was_refused')}>
          <Why refusal={waits.refusal} />
        </Alert>
      )}
      {waits && !waits.refusal && <Alert color="blue">{t('offline.kept')}</Alert>}
      {form && drawsAnything(form) && (
        <StepForm
          form={form}
          values={draft.values}
          problem={command.error ?? waits?.refusal}
          readonly={!answerable}
          onChange={draft.change}
          onSubmit={answer}
          submit={press}
        />
      )}
      {command.isError && <Said error={command.error} />}
      {command.data?.outcome === 'received' && <Alert color="blue">{t('step.received')}</Alert>}
      <Group justify="space-between">
        <Group gap="xs">
          {answerable && (
            <Button size="md" loading={command.isPending} onClick={complete}>
              {step.button ?? t('step.complete')}
            </Button>
          )}
          <StepActions run={run} step={step} give={give} busy={command.isPending} />
        </Group>
        <Text size="xs" c="dimmed" role="status" aria-live="polite">
          {draft.keeping !== 'idle' && t(`draft.${draft.keeping}`)}
        </Text>
      </Group>
      <Automations step={step} give={give} />
      {command.error instanceof Problem && command.error.code === 'step_not_ready' && (
        <Text size="sm">{t('step.somebody_else')}</Text>
      )}
    </Stack>
  );
}

/** What ends this step and waits on this device, or was refused since. */
function useWaiting(run: string, step: string) {
  return useQueue().find((item) => item.run === run && item.body.step === step && ends(item));
}
