import { Button, Stack } from '@mantine/core';
import { modals } from '@mantine/modals';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClosing } from '@/ui/closing';
import { CommandFields } from '@/ui/CommandFields';
import { asCommand, EMPTY, isComplete, type Said, takes } from '@/ui/telling';
import { Foot } from '@/ui/Foot';
import { Waiting } from '@/ui/Waiting';
import type { Command } from './hooks';
import type { Run } from './model';

type Props = {
  name: string;
  /** What the fields begin with: who is assigned now, the date that is set now. */
  first?: Partial<Said>;
  /** The run, where ending it is asked for: its workflow says with which reasons. */
  run?: Run;
  onGive: (more: Omit<Command, 'type'>) => void;
};

/** The few words a command takes: a reason, people, a date, an inbox, closing reasons. */
export function Ask({ name, first, run, onGive }: Props) {
  const { t } = useTranslation();
  const [said, setSaid] = useState<Said>({ ...EMPTY, ...first });
  const ends = takes(name) === 'closing' && run;
  const rule = useClosing(ends ? [{ definition: run.definition, version: run.version }] : [], name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    modals.closeAll();
    onGive(asCommand(name, said));
  };
  if (!rule) return <Waiting size="sm" />;
  return (
    <form onSubmit={submit}>
      <Stack>
        <CommandFields name={name} rule={rule} value={said} onChange={setSaid} />
        <Foot>
          <Button
            type="submit"
            color={name === 'abort' ? 'red.9' : undefined}
            disabled={!isComplete(name, said, rule)}
          >
            {t(`command.${name}`)}
          </Button>
        </Foot>
      </Stack>
    </form>
  );
}
