import './builder.css';
import { ActionIcon, Badge, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useBuilding } from './context';
import { KindIcon } from './KindIcon';
import { type Step, stepOf, stepsOf, titleOf } from './model/document';
import { optionsOf, phasesOf, textOf, type Wait, waitsOf } from './model/edges';
import { moveStep } from './model/edit';
import { counted } from './model/found';

/** The steps in their order, with whom they wait for where the order does not say it. The same as the picture. */
export function StepList() {
  const { t } = useTranslation();
  const { document, findings, selected, select } = useBuilding();
  const steps = stepsOf(document);
  const wrong = useMemo(() => counted(document, findings), [document, findings]);
  const titles = new Map(phasesOf(document).map((phase) => [phase.id, phase.title]));
  const ownFindings = findings.filter((each) => !each.path.startsWith('/steps/')).length;
  return (
    <nav aria-label={t('builder.steps')}>
      <ol className="builder-list">
        <li>
          <UnstyledButton
            className="builder-step"
            data-selected={selected === undefined || undefined}
            aria-current={selected === undefined ? 'step' : undefined}
            onClick={() => select(undefined)}
          >
            <Group gap={8} wrap="nowrap" justify="space-between">
              <Text size="sm" fw={600}>
                {t('builder.workflow')}
              </Text>
              <Wrong count={ownFindings} />
            </Group>
          </UnstyledButton>
        </li>
        {steps.map((step, at) => {
          const phase = typeof step.phase === 'string' ? step.phase : undefined;
          const opens = phase !== undefined && phase !== steps[at - 1]?.phase;
          return (
            <li key={step.id}>
              {opens && (
                <Text size="xs" fw={600} c="dimmed" mt={8} mb={2}>
                  {titles.get(phase) ?? phase}
                </Text>
              )}
              <Row step={step} at={at} last={at === steps.length - 1} wrong={wrong.get(step.id) ?? 0} />
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

type RowProps = { step: Step; at: number; last: boolean; wrong: number };

function Row({ step, at, last, wrong }: RowProps) {
  const { t } = useTranslation();
  const { document, editable, change, selected, select } = useBuilding();
  const active = selected === step.id;
  const own = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (active) own.current?.scrollIntoView({ block: 'nearest' });
  }, [active, at]);
  const { waits, implied } = waitsOf(document, step.id);
  const title = titleOf(step);
  return (
    <Group gap={0} wrap="nowrap">
      <UnstyledButton
        ref={own}
        className="builder-step"
        data-selected={active || undefined}
        aria-current={active ? 'step' : undefined}
        data-step={step.id}
        onClick={() => select(step.id)}
      >
        <Group gap={8} wrap="nowrap" justify="space-between">
          <Group gap={8} wrap="nowrap" miw={0}>
            <KindIcon kind={step.kind} />
            <Stack gap={0} miw={0}>
              <Text size="sm" truncate>
                {title}
              </Text>
              <Text size="xs" c="dimmed" truncate>
                {t(`builder.kind.${step.kind}`, { defaultValue: step.kind })}
                {!implied &&
                  ` · ${waits.length ? t('builder.after', { steps: waits.map((each) => name(each)).join(', ') }) : t('builder.at_start')}`}
              </Text>
            </Stack>
          </Group>
          <Wrong count={wrong} />
        </Group>
      </UnstyledButton>
      {active && editable && (
        <Stack gap={0}>
          <ActionIcon
            size="sm"
            variant="subtle"
            color="gray"
            aria-label={t('builder.up', { name: title })}
            disabled={at === 0}
            onClick={() => change((now) => moveStep(now, step.id, -1))}
          >
            <IconArrowUp size={14} aria-hidden />
          </ActionIcon>
          <ActionIcon
            size="sm"
            variant="subtle"
            color="gray"
            aria-label={t('builder.down', { name: title })}
            disabled={last}
            onClick={() => change((now) => moveStep(now, step.id, 1))}
          >
            <IconArrowDown size={14} aria-hidden />
          </ActionIcon>
        </Stack>
      )}
    </Group>
  );

  /** By titles, as in the picture. */
  function name(wait: Wait): string {
    const from = wait.phase ? undefined : stepOf(document, wait.source);
    if (!from) return textOf(wait);
    const option = optionsOf(from).find((each) => each.id === wait.port);
    const port =
      option?.label ?? (wait.port ? t(`builder.port.${wait.port}`, { defaultValue: wait.port }) : '');
    return port ? `${titleOf(from)}: ${port}` : titleOf(from);
  }
}

function Wrong({ count }: { count: number }) {
  const { t } = useTranslation();
  if (count === 0) return null;
  return (
    <Badge size="sm" color="red" variant="light" tt="none" style={{ flexShrink: 0 }}>
      {t('builder.findings', { count })}
    </Badge>
  );
}
