import { Anchor, Card, List, Progress, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Run, Step } from '../model';
import { Values } from '../Context';
import { type Proposal, type Source, sourceOf, sureness, type Values as Given } from './model';

type Props = { run: Run; step: Step; proposal: Proposal };

/** What is proposed, by whom, how sure that is, and what it was made of: beside the form, never in its place. */
export function Beside({ run, step, proposal }: Props) {
  const { t } = useTranslation();
  const sure = sureness(proposal);
  const percent = Math.round(proposal.confidence * 100);
  const sources = (proposal.basis ?? []).map((name) => sourceOf(name, run));
  return (
    <Card withBorder padding="sm" component="section" aria-label={t('proposal.title')}>
      <Stack gap="xs">
        <Text fw={600} size="sm">
          {t(`proposal.by.${proposal.by}`)}
        </Text>
        {sure !== 'pinned' && (
          <div>
            <Text size="sm">{t(`proposal.sure.${sure}`, { percent })}</Text>
            <Progress value={percent} size="xs" mt={4} aria-hidden />
          </div>
        )}
        {proposal.explanation && (
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {proposal.explanation}
          </Text>
        )}
        {sources.length > 0 && (
          <div>
            <Text size="sm" fw={600}>
              {t('proposal.basis')}
            </Text>
            <List size="sm">
              {sources.map((source) => (
                <List.Item key={source.name}>
                  <From run={run} step={step} source={source} />
                </List.Item>
              ))}
            </List>
          </div>
        )}
        {proposal.confirmed && <Confirmed confirmed={proposal.confirmed} />}
      </Stack>
    </Card>
  );
}

/** A link to where it stands in the context, with the step still open beside it. */
function From({ run, step, source }: { run: Run; step: Step; source: Source }) {
  const { t } = useTranslation();
  const { shows, title, field, name } = source;
  const where = title ?? (shows === 'record' || shows === 'inputs' ? t(`run.${shows}`) : undefined);
  if (!shows || !where) return name;
  return (
    <>
      <Anchor
        size="sm"
        underline="always"
        renderRoot={(props) => (
          <Link
            to="/runs/$run"
            params={{ run: run.id }}
            search={{ step: step.id, tab: 'context', shows }}
            {...props}
          />
        )}
      >
        {where}
      </Anchor>
      {field && `: ${field.replaceAll('_', ' ')}`}
    </>
  );
}

/** Who wanted it done, and exactly what: the values as they were confirmed. */
function Confirmed({ confirmed }: { confirmed: Given }) {
  const { t } = useTranslation();
  const values = (confirmed.values ?? {}) as Given;
  return (
    <div>
      <Text size="sm" fw={600}>
        {t('proposal.confirmed', { by: String(confirmed.by) })}
      </Text>
      <Values values={values} />
    </div>
  );
}
