import type { Component, ComponentFactory } from "./component.ts";

/** Something beside the pipelines: health, authentication. */
export type Extension = Component;

export interface ExtensionNeeds {
  /** True between "every pipeline is ready" and the begin of the shutdown. */
  readonly isReady: () => boolean;
}

export type ExtensionFactory<Config = never> = ComponentFactory<Config, Extension, ExtensionNeeds>;
