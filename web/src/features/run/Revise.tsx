import { Alert, Button, Checkbox, Stack, Textarea } from '@mantine/core';
import { Waiting } from '@/ui/Waiting';
import { modals } from '@mantine/modals';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, sent } from '@/api/client';
import { Named } from '@/ui/Named';
import { Foot } from '@/ui/Foot';
import { Said } from '@/ui/Said';
import type { Command } from './hooks';
import type { Run, Step } from './model';

type Props = { run: Run; step: Step; onGive: (command: Command) => void };

/** Before going back: what is cancelled, kept, run again, and which side effects can be taken back. */
export function Revise({ run, step, onGive }: Props) {
  const { t } = useTranslation();
  const [undo, setUndo] = useState<string[]>([]);
  const [reason, setReason] = useState('');
  const [given, setGiven] = useState(false);
  const preview = useQuery({
    queryKey: ['run', run.id, 'revise-preview', step.id, run.seq],
    queryFn: () =>
      sent(
        api.GET('/v1/runs/{run}/revise-preview', {
          params: { path: { run: run.id }, query: { step: step.id } },
        }),
      ),
    // Once given, the run has gone back: asked again, the closing dialog would speak of what is no more.
    enabled: !given,
  });
  if (preview.isError) return <Said error={preview.error} />;
  if (!preview.data) return <Waiting size="sm" />;
  const { cancels, keeps, reruns, side_effects, stale_approvals, fingerprint } = preview.data;
  const title = (name: string) => run.steps.find((each) => each.id === name)?.title ?? name;
  const give = () => {
    setGiven(true);
    modals.closeAll();
    onGive({ type: 'revise', undo, fingerprint, ...(reason ? { reason } : {}) });
  };
  return (
    <Stack>
      <Named words={t('revise.cancels')} names={cancels.map(title)} />
      <Named words={t('revise.reruns')} names={reruns.map(title)} />
      <Named words={t('revise.keeps')} names={keeps.map(title)} />
      {side_effects.length > 0 && (
        <Checkbox.Group label={t('revise.side_effects')} value={undo} onChange={setUndo}>
          <Stack gap={4} mt={4}>
            {side_effects.map((effect) => (
              <Checkbox
                key={effect.execution}
                value={effect.step}
                disabled={!effect.undoable}
                label={`${title(effect.step)} (${effect.action})${effect.undoable ? '' : ` · ${t('revise.stays')}`}`}
              />
            ))}
          </Stack>
        </Checkbox.Group>
      )}
      {stale_approvals.length > 0 && (
        <Alert color="yellow" title={t('revise.stale')}>
          {stale_approvals.map((each) => title(each.step)).join(', ')}
        </Alert>
      )}
      <Textarea
        label={t('step.reason')}
        required
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Foot>
        <Button disabled={!reason.trim()} onClick={give}>
          {t('command.revise')}
        </Button>
      </Foot>
    </Stack>
  );
}
