// Inputs a phone has a keyboard or a picker of its own for.
import { Group, Radio, TextInput } from '@mantine/core';
import type { WidgetProps } from '@rjsf/utils';
import { useTranslation } from 'react-i18next';

function wrong({ rawErrors }: WidgetProps): string | undefined {
  return rawErrors?.length ? rawErrors.join(' ') : undefined;
}

function plain(type: 'date' | 'tel') {
  return function Plain(props: WidgetProps) {
    return (
      <TextInput
        id={props.id}
        type={type}
        label={props.label}
        required={props.required}
        disabled={props.disabled || props.readonly}
        error={wrong(props)}
        value={props.value ?? ''}
        onChange={(event) => props.onChange(event.currentTarget.value || undefined)}
      />
    );
  };
}

/** A moment is typed in the device's zone and kept in UTC. */
export function local(value: string | undefined): string {
  if (!value) return '';
  const at = new Date(value);
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return Number.isNaN(at.getTime()) ? '' : shifted.toISOString().slice(0, 16);
}

function Moment(props: WidgetProps) {
  return (
    <TextInput
      id={props.id}
      type="datetime-local"
      label={props.label}
      required={props.required}
      disabled={props.disabled || props.readonly}
      error={wrong(props)}
      value={local(props.value)}
      onChange={({ currentTarget: { value } }) =>
        props.onChange(value ? new Date(value).toISOString() : undefined)
      }
    />
  );
}

/** Yes or no, said: neither is chosen before. */
function YesNo(props: WidgetProps) {
  const { t } = useTranslation();
  return (
    <Radio.Group
      id={props.id}
      name={props.id}
      label={props.label}
      required={props.required}
      error={wrong(props)}
      value={props.value === undefined ? null : String(props.value)}
      onChange={(value) => props.onChange(value === 'true')}
    >
      <Group gap="xl" mt={4}>
        <Radio value="true" label={t('field.yes')} disabled={props.disabled || props.readonly} />
        <Radio value="false" label={t('field.no')} disabled={props.disabled || props.readonly} />
      </Group>
    </Radio.Group>
  );
}

export const WIDGETS = { day: plain('date'), phone: plain('tel'), moment: Moment, yesno: YesNo };
