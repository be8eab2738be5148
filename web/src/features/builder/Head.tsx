import { ActionIcon, Anchor, Button, Group, Text, Title, Tooltip } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconArrowBackUp, IconArrowForwardUp, IconUpload } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { More, States } from './DefinitionsPage';
import { useBuilding } from './context';
import type { Detail } from './hooks';
import type { Obj } from './model/document';
import { Publish } from './Publish';
import { useMay } from './rights';
import type { Draft } from './useDraft';

type Props = {
  detail: Detail;
  draft: Draft;
  open: number;
  onOpen: (key: string) => void;
  onPublished: () => void;
};

/** What it is, how it stands, whether it is saved, and what can be done with all of it. */
export function Head({ detail, draft, open, onOpen, onPublished }: Props) {
  const { t } = useTranslation();
  const building = useBuilding();
  const publishes = useMay('definition.publish');
  const name = String(building.document.name ?? '') || detail.key;
  const ask = () =>
    modals.open({
      title: t('builder.publish'),
      size: 'lg',
      children: (
        <Publish
          building={building}
          definition={detail.key}
          before={detail.document as Obj | null}
          next={detail.version + 1}
          open={open}
          onPublished={onPublished}
        />
      ),
    });
  return (
    <Group justify="space-between" align="flex-start">
      <div style={{ minWidth: 0 }}>
        <Group gap="sm">
          <Title order={1} size="h3">
            {name}
          </Title>
          <States of={{ ...detail, draft: draft.saved.draft }} />
        </Group>
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            {detail.key}
          </Text>
          {open > 0 && (
            <Anchor
              size="sm"
              renderRoot={(props) => (
                <Link to="/runs" search={{ definition: detail.key, show: 'all' }} {...props} />
              )}
            >
              {t('builder.used_by', { count: open })}
            </Anchor>
          )}
          {draft.editable ? <Saved draft={draft} /> : <Text size="sm">{t('builder.read_only')}</Text>}
        </Group>
      </div>
      <Group gap="xs">
        {draft.editable && (
          <>
            <Step label={t('builder.undo')} onClick={draft.undo} icon={IconArrowBackUp} />
            <Step label={t('builder.redo')} onClick={draft.redo} icon={IconArrowForwardUp} />
          </>
        )}
        {draft.editable && publishes && (
          <Button
            leftSection={<IconUpload size={16} aria-hidden />}
            disabled={!draft.saved.draft || draft.saving !== 'saved'}
            onClick={ask}
          >
            {t('builder.publish')}
          </Button>
        )}
        <More of={detail} onOpen={onOpen} />
      </Group>
    </Group>
  );
}

type StepProps = { label: string; onClick: (() => void) | undefined; icon: typeof IconUpload };

function Step({ label, onClick, icon: Icon }: StepProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size="lg" aria-label={label} disabled={!onClick} onClick={onClick}>
        <Icon size={18} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

/** Whether what one sees is on the server. */
function Saved({ draft }: { draft: Draft }) {
  const { t } = useTranslation();
  const wrong = draft.saving === 'failed';
  return (
    <Group gap={6}>
      <Text size="sm" role="status" aria-live="polite" c={wrong ? 'var(--hf-danger)' : 'dimmed'}>
        {t(`builder.saving.${draft.saving}`)}
        {wrong && draft.error && ` ${draft.error.message}`}
      </Text>
      {wrong && (
        <Button size="compact-xs" variant="default" onClick={draft.save}>
          {t('problem.again')}
        </Button>
      )}
    </Group>
  );
}
