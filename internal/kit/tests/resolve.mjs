// The SDK is the one in node_modules if there is one, else the one beside this file.
export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    const isSDK = specifier === "@fasttrack-dev/hooks" || specifier.startsWith("@fasttrack-dev/hooks/");
    if (error.code !== "ERR_MODULE_NOT_FOUND" || !isSDK) throw error;
    return next(specifier, { ...context, parentURL: import.meta.url });
  }
}
