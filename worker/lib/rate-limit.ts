/** Whether one more request is within the limiter's rate for this key. A limiter that fails or is missing allows it. */
export async function isKeyWithinRate(limiter: RateLimit | undefined, key: string): Promise<boolean> {
  try {
    return (await limiter?.limit({ key }))?.success ?? true;
  } catch {
    return true;
  }
}
