/** Brings a file to the server, telling how far it is. */

import { SalalaError, type Problem, type Uploaded } from '@salala/client';

import { API_URL, session } from '@/store/session';

export type UploadOptions = {
  /** How loud a recording is from its beginning to its end. */
  peaks?: readonly number[];
  /** From 0 to 1. */
  onProgress: (share: number) => void;
  signal: AbortSignal;
};

export type Upload = (file: File, options: UploadOptions) => Promise<Uploaded>;

/** Throws {@link SalalaError}: `closed` when it was given up. */
export const upload: Upload = async (file, options) => {
  const token = await session.getToken({ refresh: null });
  try {
    return await bring(file, token, options);
  } catch (thrown) {
    // The token may have ended while the file was on its way.
    if (thrown instanceof SalalaError && thrown.details.status === 401) {
      return bring(file, await session.getToken({ refresh: token }), options);
    }
    throw thrown;
  }
};

/** Not by `fetch`, which does not tell how far it is. */
function bring(file: File, token: string | null, options: UploadOptions): Promise<Uploaded> {
  const { peaks, onProgress, signal } = options;
  const form = new FormData();
  if (peaks !== undefined) {
    form.append('peaks', JSON.stringify(peaks));
  }
  form.append('file', file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `${API_URL}/api/v1/uploads`);
    request.responseType = 'json';
    if (token !== null) {
      request.setRequestHeader('authorization', `Bearer ${token}`);
    }
    request.upload.onprogress = ({ loaded, total }) => {
      onProgress(total > 0 ? loaded / total : 0);
    };
    request.onload = () => {
      if (request.status === 201) {
        resolve(request.response as Uploaded);
      } else {
        reject(refusalOf(request.status, request.response as Problem | null));
      }
    };
    request.onerror = () => {
      reject(new SalalaError('offline', 'the upload broke off'));
    };
    request.onabort = () => {
      reject(new SalalaError('closed', 'the upload was given up'));
    };
    signal.addEventListener('abort', () => {
      request.abort();
    });
    if (signal.aborted) {
      reject(new SalalaError('closed', 'the upload was given up'));
    } else {
      request.send(form);
    }
  });
}

function refusalOf(status: number, problem: Problem | null): SalalaError {
  return problem === null
    ? new SalalaError(status === 413 ? 'too_large' : 'internal', `HTTP ${status}`, { status })
    : new SalalaError(problem.code, problem.detail, { status });
}

/** The whole address of a file, for pages that do not come from the server itself. */
export function fileAddress(fileUrl: string): string {
  return fileUrl.startsWith('/') ? API_URL + fileUrl : fileUrl;
}
