import { Checkbox, Radio, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type Closing, useReasonTitles } from './closing';

type Props = { rule: Closing; value: string[]; onChange: (value: string[]) => void };

/** Closing reasons: one of them or several, as the workflow says. */
export function Reasons({ rule, value, onChange }: Props) {
  const { t } = useTranslation();
  const title = useReasonTitles();
  if (rule.reasons.length === 0) return null;
  const label = t(rule.many ? 'run.reasons' : 'closing.one');
  if (rule.many)
    return (
      <Checkbox.Group label={label} required={rule.required} value={value} onChange={onChange}>
        <Stack gap={6} mt={4}>
          {rule.reasons.map((key) => (
            <Checkbox key={key} value={key} label={title(key)} />
          ))}
        </Stack>
      </Checkbox.Group>
    );
  return (
    <Radio.Group
      label={label}
      required={rule.required}
      value={value[0] ?? ''}
      onChange={(key) => onChange([key])}
    >
      <Stack gap={6} mt={4}>
        {rule.reasons.map((key) => (
          <Radio key={key} value={key} label={title(key)} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
