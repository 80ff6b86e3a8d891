/**
 * The native programs as text. This file is what tests and Node see; the build of the executable replaces
 * it by one that holds build/Release/clone_helper.so and build/Release/tsrunc-init.
 */
export const helperLibraryBase64: string = "";
export const initProgramBase64: string = "";
