import { Button, Group, Stack, Text } from '@mantine/core';
import { IconBolt } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Status } from '@/ui/Status';
import { When } from '@/ui/When';
import type { Command } from './hooks';
import type { Step } from './model';

/** Actions beside completing: run as often as one likes while the step is open, each with what came of it. */
export function Automations({ step, give }: { step: Step; give: (command: Command) => void }) {
  const { t } = useTranslation();
  if (step.automations.length === 0) return null;
  return (
    <Stack gap="xs">
      <Text fw={600} size="sm">
        {t('step.automations')}
      </Text>
      {step.automations.map((automation) => (
        <div key={automation.id}>
          <Button
            variant="light"
            size="sm"
            leftSection={<IconBolt size={16} aria-hidden />}
            disabled={!step.can.includes('automation')}
            onClick={() => give({ type: 'automation', automation: automation.id })}
          >
            {automation.title}
          </Button>
          {automation.runs.map((ran) => (
            <Group key={ran.execution} gap="xs" mt={4}>
              <Status value={ran.status} />
              <Text size="xs" c="dimmed">
                {ran.by} · <When value={ran.ended_at ?? ran.asked_at} />
                {ran.attention && ` · ${String(ran.attention.message ?? '')}`}
              </Text>
              {ran.status === 'attention' && (
                <>
                  <Button
                    size="compact-xs"
                    variant="default"
                    onClick={() => give({ type: 'retry', execution: ran.execution })}
                  >
                    {t('command.retry')}
                  </Button>
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    onClick={() => give({ type: 'skip', execution: ran.execution })}
                  >
                    {t('command.skip')}
                  </Button>
                </>
              )}
            </Group>
          ))}
        </div>
      ))}
    </Stack>
  );
}
