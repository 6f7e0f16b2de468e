/** The devices of a call: opened with words for what can go wrong. */

import { type MediaProblem, type MediaProblemCode } from './state.js';

/** A device that cannot be used. */
export class MediaError extends Error {
  override readonly name = 'MediaError';
  readonly problem: MediaProblem;

  constructor(device: MediaProblem['device'], thrown: unknown) {
    super(thrown instanceof Error ? thrown.message : String(thrown));
    this.problem = { device, code: codeOf(thrown) };
  }
}

/** Opens devices; each gives a track that its user stops. Throws {@link MediaError}. */
export type Media = {
  /** Both at once, so that the browser asks once; `null` is the system's choice. */
  openBoth: (
    microphoneId: string | null,
    cameraId: string | null,
  ) => Promise<{ microphone: MediaStreamTrack; camera: MediaStreamTrack }>;
  openMicrophone: (deviceId: string | null) => Promise<MediaStreamTrack>;
  openCamera: (deviceId: string | null) => Promise<MediaStreamTrack>;
  /** `null` when nothing was chosen. */
  openScreen: () => Promise<MediaStreamTrack | null>;
  /** What there is; names are known once a device was opened. */
  listDevices: () => Promise<MediaDeviceInfo[]>;
  onDevicesChange: (listener: () => void) => () => void;
  /** Holds the tracks of one side together. */
  makeStream: (tracks: readonly MediaStreamTrack[]) => MediaStream;
};

/** The browser's own devices. */
export function browserMedia(): Media {
  const open = async (
    device: 'microphone' | 'camera',
    constraints: MediaStreamConstraints,
  ): Promise<MediaStream> => {
    try {
      return await devices().getUserMedia(constraints);
    } catch (thrown) {
      throw new MediaError(device, thrown);
    }
  };
  return {
    openBoth: async (microphoneId, cameraId) => {
      const stream = await open('camera', { audio: voice(microphoneId), video: picture(cameraId) });
      return {
        microphone: first(stream.getAudioTracks(), 'microphone'),
        camera: first(stream.getVideoTracks(), 'camera'),
      };
    },
    openMicrophone: async (deviceId) => {
      const stream = await open('microphone', { audio: voice(deviceId) });
      return first(stream.getAudioTracks(), 'microphone');
    },
    openCamera: async (deviceId) => {
      const stream = await open('camera', { video: picture(deviceId) });
      return first(stream.getVideoTracks(), 'camera');
    },
    openScreen: async () => {
      try {
        const stream = await devices().getDisplayMedia({ video: true });
        return stream.getVideoTracks()[0] ?? null;
      } catch (thrown) {
        if (thrown instanceof DOMException && thrown.name === 'NotAllowedError') {
          // So do browsers tell that the user chose nothing.
          return null;
        }
        throw new MediaError('screen', thrown);
      }
    },
    listDevices: () => devices().enumerateDevices(),
    onDevicesChange: (listener) => {
      if (!hasDevices()) {
        return () => undefined;
      }
      navigator.mediaDevices.addEventListener('devicechange', listener);
      return () => {
        navigator.mediaDevices.removeEventListener('devicechange', listener);
      };
    },
    makeStream: (tracks) => new MediaStream([...tracks]),
  };
}

/** Browsers have devices only for pages that came over HTTPS or from this machine. */
function hasDevices(): boolean {
  return 'mediaDevices' in navigator;
}

function devices(): MediaDevices {
  if (!hasDevices()) {
    throw new DOMException('the page did not come over HTTPS', 'SecurityError');
  }
  return navigator.mediaDevices;
}

function voice(deviceId: string | null): MediaTrackConstraints {
  return {
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    ...wish(deviceId),
  };
}

function picture(deviceId: string | null): MediaTrackConstraints {
  return { width: { ideal: 1280 }, height: { ideal: 720 }, ...wish(deviceId) };
}

/** A wish and no demand: a device that was unplugged since is no reason not to talk. */
function wish(deviceId: string | null): MediaTrackConstraints {
  return deviceId === null ? {} : { deviceId: { ideal: deviceId } };
}

function first(
  tracks: readonly MediaStreamTrack[],
  device: 'microphone' | 'camera',
): MediaStreamTrack {
  const [track] = tracks;
  if (track === undefined) {
    throw new MediaError(device, new DOMException('no track', 'NotFoundError'));
  }
  return track;
}

const CODES: Readonly<Record<string, MediaProblemCode>> = {
  NotAllowedError: 'permission_denied',
  NotFoundError: 'no_device',
  OverconstrainedError: 'no_device',
  NotReadableError: 'device_in_use',
  AbortError: 'device_in_use',
  SecurityError: 'insecure_page',
  NotSupportedError: 'unsupported',
};

function codeOf(thrown: unknown): MediaProblemCode {
  return (thrown instanceof Error ? CODES[thrown.name] : undefined) ?? 'unknown';
}
