import { Box, Stack, Switch } from '@mantine/core';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Status } from '@/ui/Status';
import { When } from '@/ui/When';
import { isOpen, needs, parts, type Run, type Step } from './model';
import { PhaseHead } from './PhaseHead';
import './rail.css';

type Props = { run: Run; selected: string | undefined; onSelect: (step: string) => void };

/** Every step in its order and phase: done, current, to come. A blocked one says what it needs. */
export function Rail({ run, selected, onSelect }: Props) {
  const { t } = useTranslation();
  const [everything, setEverything] = useState(false);
  return (
    <Stack gap="xs" component="nav" aria-label={t('run.steps')}>
      {parts(run, everything).map((part, index) => (
        // A phase may come up twice in the order of the document: its place is part of what it is.
        <Box key={`${part.phase?.id ?? ''} ${part.steps[0]?.id ?? index}`}>
          {part.phase && <PhaseHead run={run} phase={part.phase} />}
          {part.steps.map((step) => (
            <Entry
              key={step.id}
              step={step}
              said={step.status === 'pending' ? needs(run, step).join(', ') : ''}
              selected={step.id === selected}
              onSelect={onSelect}
            />
          ))}
        </Box>
      ))}
      {run.steps.some((step) => step.status === 'not_taken') && (
        <Switch
          size="xs"
          label={t('run.not_taken_too')}
          checked={everything}
          onChange={(event) => setEverything(event.currentTarget.checked)}
        />
      )}
    </Stack>
  );
}

type EntryProps = { step: Step; said: string; selected: boolean; onSelect: (step: string) => void };

/** A run may have hundreds of steps: one that did not change is not drawn anew. */
const Entry = memo(function Entry({ step, said, selected, onSelect }: EntryProps) {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      className="rail-step"
      data-selected={selected || undefined}
      aria-current={isOpen(step) ? 'step' : undefined}
      onClick={() => onSelect(step.id)}
    >
      <span className="rail-words">
        <span>{step.title}</span>
        {step.due && isOpen(step) ? (
          <span className="rail-quiet">
            {t('run.due')} <When value={step.due} {...(step.overdue ? { c: 'red', fw: 600 } : {})} />
          </span>
        ) : (
          said && <span className="rail-quiet">{t('run.needs', { steps: said })}</span>
        )}
      </span>
      <Status value={step.status} />
    </button>
  );
});
