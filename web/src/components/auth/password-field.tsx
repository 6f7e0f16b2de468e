/** A password, which may be looked at. */

import { Eye, EyeOff } from 'lucide-react';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { Field } from '@/components/ui/field';
import { IconButton } from '@/components/ui/icon-button';

type PasswordFieldProps = {
  label: string;
  autoComplete: 'current-password' | 'new-password';
  value: string;
  onValue: (value: string) => void;
  hint?: string;
  error?: string | null;
};

export function PasswordField(props: PasswordFieldProps): JSX.Element {
  const { label, autoComplete, value, onValue, hint, error } = props;
  const { t } = useTranslation();
  const [isShown, setIsShown] = useState(false);
  return (
    <div className="relative">
      <Field
        label={label}
        type={isShown ? 'text' : 'password'}
        autoComplete={autoComplete}
        required
        {...(hint === undefined ? {} : { hint })}
        error={error}
        value={value}
        onChange={(event) => {
          onValue(event.target.value);
        }}
      />
      <IconButton
        icon={isShown ? EyeOff : Eye}
        label={t(isShown ? 'auth.hidePassword' : 'auth.showPassword')}
        className="absolute! top-[1.875rem] right-1"
        onClick={() => {
          setIsShown(!isShown);
        }}
      />
    </div>
  );
}
