import { Button, Menu } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconDots } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useShortcut } from '@/app/keyboard';
import { Ask } from './Ask';
import type { Command } from './hooks';
import type { Run, Step } from './model';
import { Revise } from './Revise';

/** Given at once, without a word more. */
const PLAIN = ['start', 'release', 'claim', 'unclaim', 'retry'] as const;
/** Given with a reason. */
const REASONED = ['hold', 'skip', 'handle_manually', 'decline'] as const;

type Props = { run: Run; step: Step; give: (command: Command) => void; busy: boolean };

/** What else can be done with the step, in words. What a person may not do is not there. */
export function StepActions({ run, step, give, busy }: Props) {
  const { t } = useTranslation();
  const can = (name: string) => (step.can as string[]).includes(name);
  const ask = (name: string) =>
    modals.open({
      title: t(`command.${name}`),
      children: <Ask name={name} onGive={(more) => give({ type: name, ...more })} />,
    });
  const revise = () =>
    modals.open({
      title: t('command.revise'),
      size: 'lg',
      children: <Revise run={run} step={step} onGive={give} />,
    });
  const own = can('claim') ? 'claim' : 'unclaim';
  useShortcut('c', t(`command.${own}`), can(own) ? () => give({ type: own }) : undefined);
  useShortcut('a', t('command.assign'), can('assign') ? () => ask('assign') : undefined);
  const more = [...REASONED.filter(can), ...(['assign', 'set_due'] as const).filter(can)];
  return (
    <>
      {PLAIN.filter(can).map((name) => (
        <Button key={name} variant="default" disabled={busy} onClick={() => give({ type: name })}>
          {t(`command.${name}`)}
        </Button>
      ))}
      {can('revise') && (
        <Button variant="default" disabled={busy} onClick={revise}>
          {t('command.revise')}
        </Button>
      )}
      {more.length > 0 && (
        <Menu>
          <Menu.Target>
            <Button variant="subtle" leftSection={<IconDots size={16} aria-hidden />}>
              {t('step.more')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {more.map((name) => (
              <Menu.Item key={name} onClick={() => ask(name)}>
                {t(`command.${name}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}
