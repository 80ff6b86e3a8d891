{
  "targets": [
    {
      # Loaded by FFI, not as an addon: it needs no symbol of Node.
      "target_name": "clone_helper",
      "type": "loadable_module",
      # node-gyp names every such module .node, in the same late phase.
      "target_conditions": [["1==1", {"product_extension": "so"}]],
      "sources": ["native/clone_helper.c", "native/signal_relay.c"],
      "cflags": [
        "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-Wswitch-enum", "-Wconversion", "-Wshadow",
        "-fstack-protector-strong", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2"
      ],
      "ldflags": ["-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack", "-Wl,--build-id=none", "-s"],
      "conditions": [
        ["target_arch=='x64'", {"cflags": ["-fcf-protection=full"]}],
        ["target_arch=='arm64'", {"cflags": ["-mbranch-protection=standard"]}]
      ]
    },
    {
      # One static executable, made by another compiler (musl-gcc where there is one) than gyp's.
      "target_name": "tsrunc-init",
      "type": "none",
      "actions": [
        {
          "action_name": "build_init",
          "inputs": ["native/build_init.sh", "<!@(ls native/*.c native/*.h)"],
          "outputs": ["<(PRODUCT_DIR)/tsrunc-init"],
          "action": ["sh", "native/build_init.sh", "<(PRODUCT_DIR)/tsrunc-init"]
        }
      ]
    },
    {
      # What the demo and the end-to-end tests run inside containers; no part of the product.
      "target_name": "tsrunc-probe",
      "type": "executable",
      "sources": ["conformance/probe/probe.c"],
      "cflags": ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"],
      "ldflags": ["-static"]
    }
  ]
}
