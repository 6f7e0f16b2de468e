/** Signs in with an e-mail address or a user name. */

import { useMutation } from '@tanstack/react-query';
import { useState, type SyntheticEvent, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { PasswordField } from '@/components/auth/password-field';
import { Button } from '@/components/ui/button';
import { ErrorText } from '@/components/ui/error-text';
import { Field } from '@/components/ui/field';
import { session } from '@/store/session';

export function SignInForm(): JSX.Element {
  const { t } = useTranslation();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationFn: () => session.signIn({ email: login.trim(), password }),
  });
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    signIn.mutate();
  };
  const wrong = t('auth.wrong');
  return (
    <form className="flex flex-col gap-4" onSubmit={submit}>
      <Field
        label={t('auth.login')}
        name="login"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        autoFocus
        value={login}
        onChange={(event) => {
          setLogin(event.target.value);
        }}
      />
      <PasswordField
        label={t('auth.password')}
        autoComplete="current-password"
        value={password}
        onValue={setPassword}
      />
      <ErrorText error={signIn.error} own={{ unauthorized: wrong, invalid_payload: wrong }} />
      <Button type="submit" variant="primary" size="lg" isBusy={signIn.isPending}>
        {t('auth.signIn')}
      </Button>
    </form>
  );
}
