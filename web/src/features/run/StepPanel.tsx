import { Alert, Box, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { Waiting } from '@/ui/Waiting';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import Markdown from 'react-markdown';
import { Problem, type Schemas } from '@/api/client';
import { useShortcut } from '@/app/keyboard';
import { Failed } from '@/ui/Failed';
import { Said } from '@/ui/Said';
import { Status } from '@/ui/Status';
import { When } from '@/ui/When';
import { Automations } from './Automations';
import { useDraft } from './drafts';
import { type ApiForm, drawsAnything, titles } from './form/model';
import { StepForm } from './form/StepForm';
import { useStep } from './hooks';
import { needs, type Run, type Step } from './model';
import { Notes } from './Notes';
import { OutsideForms } from './OutsideForms';
import { withDrafted } from './proposal/Drafted';
import { useGiving, useWaiting } from './proposal/giving';
import { Machine } from './proposal/Machine';
import { isMachines } from './proposal/model';
import { Rounds } from './Rounds';
import { StepActions } from './StepActions';
import { Undelivered } from './Undelivered';

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
        {step.escalated && (
          <Alert
            color="gray"
            title={t('step.handed_on', {
              inbox: step.escalated.inbox,
              by: step.escalated.by ?? t('step.by_itself'),
            })}
          >
            {step.escalated.reason}
          </Alert>
        )}
        {detail.isError && !detail.data && <Failed error={detail.error} />}
        {detail.isPending && <Waiting size="sm" />}
        {detail.data && (
          <Asked key={step.execution} run={run} step={step} detail={detail.data} onEnded={onEnded} />
        )}
        {detail.data && <OutsideForms run={run} step={step} detail={detail.data} onEnded={onEnded} />}
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

const Asked = (props: Props & { detail: Detail }) =>
  isMachines(props.step) ? <Machine {...props} /> : <Work {...props} />;

function Work({ run, step, detail, onEnded }: Props & { detail: Detail }) {
  const { t } = useTranslation();
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

  const { command, give } = useGiving({ run, step, onGiven: draft.done, onEnded });
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

  const shown = useMemo(() => form && withDrafted(form, step, draft.values), [form, step, draft.values]);

  return (
    <Stack gap="md">
      <Undelivered waits={waits} />
      {shown && drawsAnything(shown) && (
        <StepForm
          form={shown}
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
