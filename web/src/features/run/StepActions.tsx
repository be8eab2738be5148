import { Button, Menu } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconDots } from '@tabler/icons-react';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcut } from '@/app/keyboard';
import type { Said } from '@/ui/telling';
import { Ask } from './Ask';
import type { Command } from './hooks';
import type { Run, Step } from './model';
import { Revise } from './Revise';
import { WithForm } from './WithForm';

/** Given at once, without a word more. */
const PLAIN = ['start', 'release', 'claim', 'unclaim', 'retry', 'approve', 'run_now', 'reconcile'] as const;
/** Given with what is asked for first. */
const ASKED = [
  'reject',
  'decline',
  'hold',
  'skip',
  'cancel_schedule',
  'assign',
  'set_due',
  'escalate',
] as const;
/** Given with the step's own form. */
const FORMS = ['amend', 'handle_manually'] as const;
/** What stands in sight where it may be given; the rest is behind a button. */
const FIRST = ['reject', 'decline', 'handle_manually', 'cancel_schedule'];

type Props = { run: Run; step: Step; give: (command: Command) => void; busy: boolean };

/** What else can be done with the step, in words. What a person may not do is not there. */
export function StepActions({ run, step, give, busy }: Props) {
  const { t } = useTranslation();
  const can = (name: string) => (step.can as string[]).includes(name);
  const ask = useCallback(
    (name: string) =>
      modals.open({
        title: t(`command.${name}`),
        children: (
          <Ask name={name} first={firstOf(name, step)} onGive={(more) => give({ type: name, ...more })} />
        ),
      }),
    [give, step, t],
  );
  const fill = (type: 'amend' | 'handle_manually') =>
    modals.open({
      title: t(`command.${type}`),
      size: 'lg',
      children: <WithForm run={run} step={step} type={type} />,
    });
  const revise = () =>
    modals.open({
      title: t('command.revise'),
      size: 'lg',
      children: <Revise run={run} step={step} onGive={give} />,
    });
  const open = (name: string) => (name === 'amend' || name === 'handle_manually' ? fill(name) : ask(name));
  const assignable = can('assign');
  useShortcut(
    'a',
    t('command.assign'),
    useMemo(() => (assignable ? () => void ask('assign') : undefined), [ask, assignable]),
  );
  const own = can('claim') ? 'claim' : can('unclaim') ? 'unclaim' : '';
  useShortcut(
    'c',
    t(`command.${own || 'claim'}`),
    useMemo(() => (own ? () => give({ type: own }) : undefined), [give, own]),
  );
  const asked = [...FORMS, ...ASKED].filter((name) => can(name));
  const more = asked.filter((name) => !FIRST.includes(name));
  return (
    <>
      {PLAIN.filter(can).map((name) => (
        <Button key={name} variant="default" disabled={busy} onClick={() => give({ type: name })}>
          {t(`command.${name}`)}
        </Button>
      ))}
      {asked
        .filter((name) => FIRST.includes(name))
        .map((name) => (
          <Button key={name} variant="default" disabled={busy} onClick={() => open(name)}>
            {t(`command.${name}`)}
          </Button>
        ))}
      {can('revise') && (
        <Button variant="default" disabled={busy} onClick={revise}>
          {t('command.revise')}
        </Button>
      )}
      {more.length > 0 && (
        <Menu shadow="md">
          <Menu.Target>
            <Button variant="subtle" leftSection={<IconDots size={16} aria-hidden />}>
              {t('step.more')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {more.map((name) => (
              <Menu.Item key={name} onClick={() => open(name)}>
                {t(`command.${name}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}

/** What is there already: it is changed, not typed anew. */
function firstOf(name: string, step: Step): Partial<Said> {
  if (name === 'assign') return { people: step.assignees };
  return name === 'set_due' ? { due: step.due?.slice(0, 10) ?? '' } : {};
}
