// How a form's parts are laid out: fields below each other, rows of a table as cards, which fit any width.
import { Button, Card, Group, Input, SimpleGrid, Stack, Text } from '@mantine/core';
import type {
  ArrayFieldItemTemplateProps,
  ArrayFieldTemplateProps,
  ObjectFieldTemplateProps,
} from '@rjsf/utils';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

function Fields({ properties, fieldPathId }: ObjectFieldTemplateProps) {
  const content = properties
    .filter((each) => !each.hidden)
    .map((each) => <div key={each.name}>{each.content}</div>);
  if (fieldPathId.path.length === 0) return <Stack gap="md">{content}</Stack>;
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
      {content}
    </SimpleGrid>
  );
}

function Rows(props: ArrayFieldTemplateProps) {
  const { t } = useTranslation();
  const { fieldPathId, title, required, rawErrors, items, canAdd, disabled, readonly, onAddClick } = props;
  return (
    <Input.Wrapper
      component="fieldset"
      label={title}
      labelElement="div"
      labelProps={{ id: `${fieldPathId.$id}-name` }}
      aria-labelledby={`${fieldPathId.$id}-name`}
      required={required}
      error={rawErrors?.length ? rawErrors.join(' ') : undefined}
    >
      <Stack gap="sm" mt={4} align="stretch">
        {items}
        {items.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('field.no_rows')}
          </Text>
        )}
        {canAdd && !disabled && !readonly && (
          <Button
            variant="default"
            size="md"
            leftSection={<IconPlus size={18} aria-hidden />}
            onClick={onAddClick}
            style={{ alignSelf: 'flex-start' }}
          >
            {t('field.add_row', { title })}
          </Button>
        )}
      </Stack>
    </Input.Wrapper>
  );
}

function Row({ children, buttonsProps, index, hasToolbar }: ArrayFieldItemTemplateProps) {
  const { t } = useTranslation();
  const { hasRemove, disabled, readonly, onRemoveItem } = buttonsProps;
  return (
    <Card withBorder padding="sm" role="group" aria-label={t('field.row', { n: index + 1 })}>
      <Group justify="space-between" mb={4}>
        <Text size="sm" fw={600}>
          {t('field.row', { n: index + 1 })}
        </Text>
        {hasToolbar && hasRemove && !disabled && !readonly && (
          <Button
            variant="subtle"
            size="compact-sm"
            c="var(--hf-danger)"
            leftSection={<IconTrash size={14} aria-hidden />}
            aria-label={t('field.remove_row', { n: index + 1 })}
            onClick={onRemoveItem}
          >
            {t('field.remove')}
          </Button>
        )}
      </Group>
      {children}
    </Card>
  );
}

export const TEMPLATES = {
  ObjectFieldTemplate: Fields,
  ArrayFieldTemplate: Rows,
  ArrayFieldItemTemplate: Row,
};
