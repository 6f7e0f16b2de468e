/** Changes the password. */

import { useMutation } from '@tanstack/react-query';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { PasswordField } from '@/components/auth/password-field';
import { Card } from '@/components/settings/card';
import { Button } from '@/components/ui/button';
import { ErrorText } from '@/components/ui/error-text';
import { useFieldErrors } from '@/hooks/use-refusal';
import { useMe } from '@/hooks/use-session';
import { api } from '@/store/session';
import { tell } from '@/store/toasts';

export function ChangePassword(): JSX.Element {
  const { t } = useTranslation();
  const me = useMe();
  const [currentPassword, setCurrentPassword] = useState('');
  const [newPassword, setNewPassword] = useState('');
  const save = useMutation({
    mutationFn: () => api('POST /auth/password', { body: { currentPassword, newPassword } }),
    onSuccess: () => {
      setCurrentPassword('');
      setNewPassword('');
      tell(t('settings.account.passwordChanged'));
    },
  });
  const wrong = useFieldErrors(save.error);
  return (
    <Card title={t('settings.account.password')} text={t('settings.account.passwordText')}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        {/* For password managers, which keep a password by its name. */}
        <input type="hidden" autoComplete="username" value={me.username} readOnly />
        <PasswordField
          label={t('settings.account.currentPassword')}
          autoComplete="current-password"
          value={currentPassword}
          onValue={setCurrentPassword}
          error={wrong('currentPassword')}
        />
        <PasswordField
          label={t('settings.account.newPassword')}
          autoComplete="new-password"
          hint={t('auth.passwordHint')}
          value={newPassword}
          onValue={setNewPassword}
          error={wrong('newPassword')}
        />
        <ErrorText
          error={save.error}
          own={{
            forbidden: t('settings.account.wrongPassword'),
            unauthorized: t('settings.account.wrongPassword'),
          }}
        />
        <Button
          type="submit"
          className="self-end"
          isBusy={save.isPending}
          disabled={currentPassword === '' || newPassword === ''}
        >
          {t('settings.account.changePassword')}
        </Button>
      </form>
    </Card>
  );
}
