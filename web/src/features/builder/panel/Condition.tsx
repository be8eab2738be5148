import { Input, SegmentedControl, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type Place, useBuilding } from '../context';
import type { Json } from '../model/document';
import { Expression } from './Expression';

type Props = {
  label: string;
  description: string | undefined;
  error: string | undefined;
  place: Place;
  value: Json | undefined;
  fallback: unknown;
  onChange: (value: Json | undefined) => void;
};

/** Yes, no, or an expression that says which. What the language takes without a word is not written. */
export function Condition({ label, description, error, place, value, fallback, onChange }: Props) {
  const { t } = useTranslation();
  const { editable } = useBuilding();
  const always = fallback !== false;
  const now = typeof value === 'string' ? 'if' : (value ?? always) === true ? 'yes' : 'no';
  const pick = (next: string) => {
    if (next === 'if') onChange('= ');
    else onChange((next === 'yes') === always ? undefined : next === 'yes');
  };
  return (
    <Stack gap={4}>
      <Input.Wrapper
        label={label}
        description={description}
        error={typeof value === 'string' ? undefined : error}
      >
        <SegmentedControl
          aria-label={label}
          size="xs"
          disabled={!editable}
          value={now}
          onChange={pick}
          data={[
            { value: 'yes', label: t('builder.yes') },
            { value: 'no', label: t('builder.no') },
            { value: 'if', label: t('builder.if') },
          ]}
        />
      </Input.Wrapper>
      {typeof value === 'string' && (
        <Expression label={t('builder.if_of', { label })} place={place} value={value} onChange={onChange} />
      )}
    </Stack>
  );
}
