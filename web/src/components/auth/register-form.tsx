/** Makes an account and signs in. */

import { useMutation } from '@tanstack/react-query';
import { useState, type SyntheticEvent, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { PasswordField } from '@/components/auth/password-field';
import { Button } from '@/components/ui/button';
import { ErrorText } from '@/components/ui/error-text';
import { Field } from '@/components/ui/field';
import { useFieldErrors } from '@/hooks/use-refusal';
import { session } from '@/store/session';

export function RegisterForm(): JSX.Element {
  const { t } = useTranslation();
  const [form, setForm] = useState({ username: '', email: '', password: '', displayName: '' });
  const register = useMutation({
    mutationFn: () => {
      const displayName = form.displayName.trim();
      return session.register({
        username: form.username.trim(),
        email: form.email.trim(),
        password: form.password,
        ...(displayName === '' ? {} : { displayName }),
      });
    },
  });
  const set = (field: keyof typeof form) => (value: string) => {
    setForm({ ...form, [field]: value });
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    register.mutate();
  };
  const wrong = useFieldErrors(register.error);
  return (
    <form className="flex flex-col gap-4" onSubmit={submit} noValidate>
      <Field
        label={t('auth.username')}
        hint={t('auth.usernameHint')}
        error={wrong('username')}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        value={form.username}
        onChange={(event) => {
          set('username')(event.target.value);
        }}
      />
      <Field
        label={t('auth.displayName')}
        hint={t('auth.displayNameHint')}
        error={wrong('displayName')}
        autoComplete="name"
        value={form.displayName}
        onChange={(event) => {
          set('displayName')(event.target.value);
        }}
      />
      <Field
        label={t('auth.email')}
        type="email"
        error={wrong('email')}
        autoComplete="email"
        value={form.email}
        onChange={(event) => {
          set('email')(event.target.value);
        }}
      />
      <PasswordField
        label={t('auth.password')}
        hint={t('auth.passwordHint')}
        error={wrong('password')}
        autoComplete="new-password"
        value={form.password}
        onValue={set('password')}
      />
      <ErrorText
        error={register.error}
        own={{ conflict: t('auth.taken'), forbidden: t('auth.closed') }}
      />
      <Button type="submit" variant="primary" size="lg" isBusy={register.isPending}>
        {t('auth.register')}
      </Button>
    </form>
  );
}
