import { NavLink, Select, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { titleOf } from '@/ui/collections';

type Props = { names: string[]; value: string | undefined; onChange: (collection: string) => void };

/** The collections of all sources: a list where there is room for it, one choice on a phone. */
export function Collections({ names, value, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <Stack gap={0} w={170} component="nav" aria-label={t('records.collections')} visibleFrom="sm">
        {names.map((name) => (
          <NavLink
            key={name}
            component="button"
            active={name === value}
            label={titleOf(name)}
            style={{ borderRadius: 8 }}
            onClick={() => onChange(name)}
          />
        ))}
      </Stack>
      <CollectionChoice names={names} value={value} onChange={onChange} phone />
    </>
  );
}

export function CollectionChoice({ names, value, onChange, phone }: Props & { phone?: boolean }) {
  const { t } = useTranslation();
  return (
    <Select
      {...(phone ? { hiddenFrom: 'sm' } : {})}
      aria-label={t('record.choose')}
      value={value ?? null}
      allowDeselect={false}
      onChange={(name) => name && onChange(name)}
      data={names.map((name) => ({ value: name, label: titleOf(name) }))}
    />
  );
}
