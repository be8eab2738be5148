import { Select, type SelectProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';

type Props = {
  label: string;
  value: string | undefined;
  data: { value: string; label: string }[];
  onChange: (value: string) => void;
};

/** One of several values, or none: a filter. The label stands over it and stays when a value is chosen. */
export function Choice({ label, value, data, onChange }: Props) {
  const { t } = useTranslation();
  const known = !value || data.some((each) => each.value === value);
  return (
    <Select
      label={label}
      searchable
      openOnFocus={false}
      clearable
      clearButtonProps={{ 'aria-label': t('people.clear') }}
      nothingFoundMessage={t('palette.nothing')}
      value={value || null}
      onChange={(next) => onChange(next ?? '')}
      data={known ? data : [{ value, label: value }, ...data]}
      comboboxProps={{ withinPortal: false }}
    />
  );
}

/** The same in a row of filters: its label stands in it until a value is chosen. */
export function RowChoice({
  label,
  value,
  data,
  onChange,
  ...more
}: Props & Pick<SelectProps, 'w' | 'searchable' | 'clearable'>) {
  const { t } = useTranslation();
  return (
    <Select
      aria-label={label}
      placeholder={label}
      clearable
      clearButtonProps={{ 'aria-label': t('people.clear') }}
      value={value || null}
      onChange={(next) => onChange(next ?? '')}
      data={data}
      {...more}
    />
  );
}
