import { Alert, Button, Group, Modal, Radio, Stack, Text, Title } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { When } from '@/ui/When';
import { Differences } from './Differences';
import { type Clash, clashes, merged, type Side } from './model/changes';
import { type Obj, titleOf, isObj } from './model/document';
import { told } from './model/text';
import type { Draft } from './useDraft';

const nameOf = (clash: Clash) => (clash.step === null ? `:${clash.key}` : clash.step);

/** Somebody else saved meanwhile: what they did, what one did oneself, and what shall hold. Nothing is lost by it. */
export function Conflict({ draft }: { draft: Draft }) {
  const { t } = useTranslation();
  const { conflict, saved, document, settle } = draft;
  const [chosen, setChosen] = useState<Record<string, Side>>({});
  const found = useMemo(
    () => (conflict ? clashes(saved.document, document, conflict.theirs) : []),
    [conflict, saved.document, document],
  );
  if (!conflict) return null;
  const decide = (next: Obj) => {
    setChosen({});
    settle(next);
  };
  const open = found.filter((each) => !chosen[nameOf(each)]).length;
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      size="xl"
      title={t('builder.conflict')}
    >
      <Stack>
        <Alert color="yellow" role="alert">
          {t('builder.conflict_said', { by: conflict.by ?? t('builder.somebody') })}{' '}
          {conflict.at && <When value={conflict.at} />}
        </Alert>
        <Title order={3} size="h5">
          {t('builder.theirs_did', { by: conflict.by ?? t('builder.somebody') })}
        </Title>
        <Differences before={saved.document} after={conflict.theirs} />
        <Title order={3} size="h5">
          {t('builder.mine_did')}
        </Title>
        <Differences before={saved.document} after={document} />
        {found.length > 0 && (
          <Title order={3} size="h5">
            {t('builder.both', { count: found.length })}
          </Title>
        )}
        {found.map((each) => (
          <Radio.Group
            key={nameOf(each)}
            label={each.step === null ? each.key : named(each)}
            value={chosen[nameOf(each)] ?? ''}
            onChange={(side) => setChosen({ ...chosen, [nameOf(each)]: side as Side })}
          >
            <Stack gap={4} mt={4}>
              <Radio
                value="theirs"
                label={`${t('builder.theirs')}: ${shown(each.theirs, t('builder.change.removed'))}`}
              />
              <Radio
                value="mine"
                label={`${t('builder.mine')}: ${shown(each.mine, t('builder.change.removed'))}`}
              />
            </Stack>
          </Radio.Group>
        ))}
        <Text size="sm" c="dimmed">
          {t('builder.conflict_undo')}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => decide(conflict.theirs)}>
            {t('builder.take_theirs')}
          </Button>
          <Button variant="default" onClick={() => decide(document)}>
            {t('builder.keep_mine')}
          </Button>
          <Button
            disabled={open > 0}
            onClick={() => decide(merged(saved.document, document, conflict.theirs, chosen))}
          >
            {t('builder.put_together')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function named(clash: Clash): string {
  const step = clash.theirs ?? clash.mine;
  return isObj(step) ? titleOf(step) : clash.key;
}

function shown(value: Clash['mine'], gone: string): string {
  return value === undefined ? gone : told(value, 160);
}
