import { TextInput, type TextInputProps } from '@mantine/core';
import { type Ref, useEffect, useRef, useState } from 'react';

const PAUSE = 200;

type Props = {
  label: string;
  value: string;
  onSearch: (text: string) => void;
  ref?: Ref<HTMLInputElement>;
} & Pick<TextInputProps, 'w' | 'maw'>;

/** Words to look for. They are told once typing pauses; what changes them elsewhere (a saved view) shows here too. */
export function SearchBox({ label, value, onSearch, ref, ...size }: Props) {
  const [text, setText] = useState(value);
  const told = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (value === told.current) return;
    clearTimeout(timer.current);
    told.current = value;
    setText(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const change = (next: string) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      told.current = next;
      onSearch(next);
    }, PAUSE);
  };
  return (
    <TextInput
      {...(ref ? { ref } : {})}
      type="search"
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      {...size}
    />
  );
}
