/** Which microphone, camera and loudspeaker the call uses. */

'use client';

import type { CallState } from '@salala/client';
import * as Popover from '@radix-ui/react-popover';
import { Settings2 } from 'lucide-react';
import { useEffect, useId, useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { loudspeaker } from '@/calls/loudspeaker';
import { CallButton } from '@/components/calls/call-controls';
import { useCallActions, useCalls } from '@/hooks/use-calls';

export function DeviceMenu({ call }: { call: CallState }): JSX.Element {
  const { t } = useTranslation();
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <CallButton icon={Settings2} label={t('calls.devices')} />
      </Popover.Trigger>
      <Popover.Content
        side="top"
        sideOffset={10}
        collisionPadding={12}
        className="bg-raised text-text shadow-float border-line animate-rise z-60 grid w-72 gap-3 rounded-xl border p-4"
        onKeyDown={(event) => {
          // Escape closes this, and leaves the call as it is.
          event.stopPropagation();
        }}
      >
        <h3 className="font-semibold">{t('calls.devices')}</h3>
        <Choices isCameraOn={call.isCameraOn} />
      </Popover.Content>
    </Popover.Root>
  );
}

function Choices({ isCameraOn }: { isCameraOn: boolean }): JSX.Element {
  const { t } = useTranslation();
  const { listDevices, onDevicesChange, chooseDevice } = useCallActions();
  const chosen = useCalls((state) => state.chosen);
  const speakerId = useStore(loudspeaker, (state) => state.deviceId);
  const [devices, setDevices] = useState<readonly MediaDeviceInfo[]>([]);
  useEffect(() => {
    const look = (): void => {
      listDevices().then(setDevices, () => undefined);
    };
    look();
    return onDevicesChange(look);
    // Once a camera was on, cameras have names.
  }, [listDevices, onDevicesChange, isCameraOn]);
  return (
    <>
      <Choice
        label={t('calls.microphone')}
        devices={devices.filter(({ kind }) => kind === 'audioinput')}
        chosen={chosen.microphone}
        onChoose={(id) => void chooseDevice('microphone', id)}
      />
      <Choice
        label={t('calls.camera')}
        devices={devices.filter(({ kind }) => kind === 'videoinput')}
        chosen={chosen.camera}
        onChoose={(id) => void chooseDevice('camera', id)}
      />
      <Choice
        label={t('calls.speaker')}
        devices={devices.filter(({ kind }) => kind === 'audiooutput')}
        chosen={speakerId}
        onChoose={(deviceId) => {
          loudspeaker.setState({ deviceId });
        }}
      />
    </>
  );
}

type ChoiceProps = {
  label: string;
  devices: readonly MediaDeviceInfo[];
  chosen: string | null;
  onChoose: (deviceId: string | null) => void;
};

function Choice({ label, devices, chosen, onChoose }: ChoiceProps): JSX.Element {
  const { t } = useTranslation();
  const id = useId();
  const others = devices.filter(({ deviceId }) => deviceId !== '' && deviceId !== 'default');
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="text-muted text-sm">
        {label}
      </label>
      <select
        id={id}
        className="bg-surface border-line-strong h-10 w-full rounded-lg border px-2.5"
        value={chosen ?? ''}
        disabled={devices.length === 0}
        onChange={({ target }) => {
          onChoose(target.value === '' ? null : target.value);
        }}
      >
        <option value="">
          {t(devices.length === 0 ? 'calls.noDevice' : 'calls.systemDevice')}
        </option>
        {others.map((device, index) => (
          <option key={device.deviceId} value={device.deviceId}>
            {device.label || `${label} ${index + 1}`}
          </option>
        ))}
      </select>
    </div>
  );
}
