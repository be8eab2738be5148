import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useCallback, useEffect, useEffectEvent, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem, type Schemas } from '@/api/client';
import { useShortcut } from '@/app/keyboard';
import { Said } from '@/ui/Said';
import { When } from '@/ui/When';
import { Automations } from '../Automations';
import { Values as Listed } from '../Context';
import { useDraft } from '../drafts';
import type { ApiForm } from '../form/model';
import type { Command } from '../hooks';
import { isOpen, type Run, type Step } from '../model';
import { StepActions } from '../StepActions';
import { Undelivered } from '../Undelivered';
import { Agree } from './Agree';
import { Beside } from './Beside';
import { Confirm } from './Confirm';
import { useGiving, useWaiting } from './giving';
import { canDo, tintOf, type Values } from './model';

type Detail = Schemas['StepDetail'];
type Props = { run: Run; step: Step; detail: Detail; onEnded: (after: Run) => void };

/** What a machine carries out then: whoever gave it waits for that, and goes on. */
const GOES_ON = ['complete', 'approve'];

/** A step that a machine does: what it proposes, what others must agree to, when it is due, what a person does instead. */
export function Machine({ run, step, detail, onEnded }: Props) {
  const { t } = useTranslation();
  const form = detail.form as ApiForm | null;
  const confirms = canDo(step, 'complete') && step.waits !== 'done';
  const waits = useWaiting(run.id, step.id);
  const draft = useFilled(run, step, detail, confirms, waits?.body.output);
  const { command, give } = useGiving({ run, step, onGiven: draft.done, onEnded });
  const { mutate: _, ...told } = command;
  // Confirmed, it is done by a machine: who confirmed it goes on once that has ended, and stays if it asks again.
  const left = told.data?.run?.steps.find((each) => each.id === step.id);
  const through = GOES_ON.includes(told.variables?.type ?? '') && left && isOpen(left) && !isOpen(step);
  const goOn = useEffectEvent(() => onEnded(run));
  useEffect(() => {
    if (through) goOn();
  }, [through]);
  const confirm = (said: Values) =>
    give({ type: 'complete', ...(step.kind === 'decision' ? { choice: said.choice } : { output: said }) });
  const agreed = useCallback(
    // Given from a menu or a key it is bound to what is shown here all the same.
    (more: Command) => give(isAbout(more) && step.approval ? { ...more, hash: step.approval.hash } : more),
    [give, step.approval],
  );
  const problem = told.error;
  return (
    <Stack gap="md">
      <Undelivered waits={waits} />
      <Stands step={step} />
      {step.approval && (isAsked(step) || step.approval.given.length > 0) && (
        <Agree step={step} approval={step.approval} asked={isAsked(step)} busy={told.isPending} give={give} />
      )}
      {confirms ? (
        <Change step={step}>
          <Confirm
            run={run}
            step={step}
            form={form}
            values={draft.values}
            problem={problem ?? waits?.refusal}
            busy={told.isPending}
            onChange={draft.change}
            onConfirm={confirm}
          />
        </Change>
      ) : (
        step.proposal && <Beside run={run} step={step} proposal={step.proposal} />
      )}
      {step.waits === 'done' && <Done step={step} busy={told.isPending} give={give} />}
      {told.isError &&
        (problem instanceof Problem && problem.code === 'values_changed' ? (
          <Alert color="orange" role="alert" title={t('proposal.not_as_seen')} />
        ) : (
          <Said error={problem} />
        ))}
      {told.data?.outcome === 'received' && <Alert color="blue">{t('step.received')}</Alert>}
      <Group justify="space-between">
        <Group gap="xs">
          <StepActions run={run} step={withoutApprove(step)} give={agreed} busy={told.isPending} />
        </Group>
        <Text size="xs" c="dimmed" role="status" aria-live="polite">
          {draft.keeping !== 'idle' && t(`draft.${draft.keeping}`)}
        </Text>
      </Group>
      <Automations step={step} give={give} />
    </Stack>
  );
}

function isAbout(command: Command): boolean {
  return command.type === 'approve' || command.type === 'reject';
}

/** Whether others are asked to agree now: what failed after they agreed asks nobody anew. */
function isAsked(step: Step): boolean {
  return (
    step.waits === 'approval' || step.pending || canDo(step, 'approve') || Boolean(step.approval?.refused)
  );
}

/** Approving has its button at what is approved. */
function withoutApprove(step: Step): Step {
  return { ...step, can: step.can.filter((name) => name !== 'approve') };
}

/** What stands in the form: as proposed, with what was saved of it, or what waits to be sent. */
function useFilled(run: Run, step: Step, detail: Detail, enabled: boolean, given: unknown) {
  const form = detail.form as ApiForm | null;
  const saved = detail.draft?.output as Values | undefined;
  const sent = given as Values | undefined;
  const first = useMemo(() => ({ ...form?.values, ...saved, ...sent }), [form?.values, saved, sent]);
  return useDraft({ run: run.id, step: step.id, execution: step.execution, first, enabled });
}

/** In words where the machine's step stands, and what may be done about it. */
function Stands({ step }: { step: Step }) {
  const { t } = useTranslation();
  if (step.until && (step.status === 'scheduled' || step.waits === 'timer'))
    return (
      <Text size="sm">
        {t('proposal.planned')} <When value={step.until} fw={600} />
      </Text>
    );
  const words = wordsOf(step);
  return words && <Text size="sm">{t(words)}</Text>;
}

function wordsOf(step: Step): string | undefined {
  if (step.status === 'attention')
    return canDo(step, 'complete') ? 'proposal.stands.look' : 'proposal.stands.help';
  if (step.status === 'running' && step.doing)
    return step.doing === 'act' ? 'proposal.stands.act' : 'proposal.stands.propose';
  if (step.waits === 'confirm') return 'proposal.stands.confirm';
  return step.waits === 'done' ? 'proposal.stands.done' : undefined;
}

/** While others are asked, changing what they are asked is behind a button: it asks them anew. */
function Change({ step, children }: { step: Step; children: React.ReactNode }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  if (open || step.waits !== 'approval') return children;
  return (
    <Group>
      <Button variant="default" onClick={() => setOpen(true)}>
        {t('proposal.change')}
      </Button>
    </Group>
  );
}

type DoneProps = { step: Step; busy: boolean; give: (command: Command) => void };

/** What the machine did, and the press that takes it over, as its author calls and colours it. */
function Done({ step, busy, give }: DoneProps) {
  const { t } = useTranslation();
  const press = useCallback(() => give({ type: 'complete' }), [give]);
  const allowed = canDo(step, 'complete');
  useShortcut('mod+Enter', step.button ?? t('proposal.done'), allowed && !busy ? press : undefined);
  const tint = tintOf(step.color);
  return (
    <Stack gap="sm">
      {step.choice && <Listed values={{ choice: step.choice }} />}
      {step.output !== null && typeof step.output === 'object' && <Listed values={step.output as Values} />}
      {allowed && (
        <Group>
          <Button size="md" loading={busy} onClick={press} {...(tint ? { color: tint, c: 'black' } : {})}>
            {step.button ?? t('proposal.done')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
