import { Button, CopyButton, Group, Stack, Text, TextInput } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconLink } from '@tabler/icons-react';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { Foot } from '@/ui/Foot';
import { Said } from '@/ui/Said';
import { When } from '@/ui/When';
import { StepForm } from './form/StepForm';
import type { Command } from './hooks';
import type { Run, Step } from './model';
import { type Outside, outsideOf } from './outside';
import { useGiving } from './proposal/giving';

type Of = { run: Run; step: Step; onEnded: (after: Run) => void };
type Props = Of & { detail: Schemas['StepDetail'] };

/** What somebody outside may fill in for this step: sent, sent again, taken back, or filled in here. */
export function OutsideForms({ detail, ...of }: Props) {
  const { t } = useTranslation();
  const { command, give } = useGiving({ ...of, onGiven: () => undefined });
  const forms = outsideOf(detail);
  if (forms.length === 0) return null;
  return (
    <Stack gap="xs">
      <Text fw={600} size="sm">
        {t('outside.forms')}
      </Text>
      {forms.map((form) => (
        <Entry key={form.name ?? ''} {...of} form={form} give={give} />
      ))}
      {command.isError && <Said error={command.error} />}
    </Stack>
  );
}

type EntryProps = Of & { form: Outside; give: (command: Command) => void };

function Entry({ form, give, ...of }: EntryProps) {
  const { t } = useTranslation();
  const named = form.name === undefined ? {} : { journey: form.name };
  const can = (name: string) => (of.step.can as string[]).includes(name);
  const open = (title: string, children: ReactNode) =>
    modals.open({ title: `${title}: ${form.title}`, size: 'lg', children });
  const again = form.sent && !form.sent.revoked ? t('outside.again') : t('outside.send');
  const send = () =>
    open(again, <Send said={again} onSend={(to) => give({ type: 'resend', ...named, ...to })} />);
  const fill = () => open(t('outside.fill'), <Fill {...of} form={form} />);
  return (
    <div>
      <Text size="sm">{form.title}</Text>
      <Text size="xs" c="dimmed">
        <Sent form={form} />
      </Text>
      <Group gap="xs" mt={4}>
        {form.form && can('complete') && (
          <Button size="compact-sm" variant="light" onClick={fill}>
            {t('outside.fill')}
          </Button>
        )}
        {can('resend') && (
          <Button size="compact-sm" variant="default" onClick={send}>
            {again}
          </Button>
        )}
        {form.link && (
          <CopyButton value={form.link}>
            {({ copied, copy }) => (
              <Button
                size="compact-sm"
                variant="subtle"
                leftSection={<IconLink size={14} aria-hidden />}
                onClick={copy}
              >
                {copied ? t('run.copied') : t('outside.copy')}
              </Button>
            )}
          </CopyButton>
        )}
        {can('revoke') && form.sent && !form.sent.revoked && (
          <Button size="compact-sm" variant="subtle" onClick={() => give({ type: 'revoke', ...named })}>
            {t('outside.revoke')}
          </Button>
        )}
      </Group>
    </div>
  );
}

/** How it stands with the link, and who has answered. */
function Sent({ form: { sent, answers } }: { form: Outside }) {
  const { t } = useTranslation();
  return (
    <>
      {!sent && t('outside.not_sent')}
      {sent?.revoked && t('outside.revoked')}
      {sent && !sent.revoked && (
        <>
          {sent.to ? t('outside.sent', { to: sent.to }) : t('outside.made')} <When value={sent.at} />
        </>
      )}
      {answers.map((answer) => (
        <span key={answer.at}>
          {' · '}
          {t('outside.answered', { by: answer.by ?? t('outside.somebody') })} <When value={answer.at} />
        </span>
      ))}
    </>
  );
}

/** To whom: to nobody else than before, where nothing is entered. */
function Send({ said, onSend }: { said: string; onSend: (to: { to?: string }) => void }) {
  const { t } = useTranslation();
  const [to, setTo] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    modals.closeAll();
    onSend(to.trim() ? { to: to.trim() } : {});
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          type="email"
          label={t('outside.to')}
          description={t('outside.to_help')}
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
          data-autofocus
        />
        <Foot>
          <Button type="submit">{said}</Button>
        </Foot>
      </Stack>
    </form>
  );
}

/** The form, filled in by who works on the task, as its link would have it filled in. */
function Fill({ form, ...of }: Of & { form: Outside }) {
  const { t } = useTranslation();
  const { command, give } = useGiving({ ...of, onGiven: () => modals.closeAll() });
  const press = useRef<HTMLButtonElement>(null);
  const [values, setValues] = useState<Record<string, unknown>>({ ...form.form?.values });
  if (!form.form) return null;
  const answer = (output: Record<string, unknown>) => give({ type: 'complete', journey: form.name, output });
  return (
    <Stack>
      {!form.completes && <Text size="sm">{t('outside.stays_open')}</Text>}
      <StepForm
        form={form.form}
        values={values}
        problem={command.error}
        readonly={false}
        onChange={setValues}
        onSubmit={answer}
        submit={press}
      />
      {command.isError && <Said error={command.error} />}
      <Foot>
        <Button loading={command.isPending} onClick={() => press.current?.click()}>
          {t('outside.hand_in')}
        </Button>
      </Foot>
    </Stack>
  );
}
