// Any text as words, as an extended key and as a path: what is accepted is written again the same.
#include "wallet/keys/bip32.h"
#include "wallet/keys/mnemonic.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace runnel;
    using namespace runnel::keys;
    const std::string text(data, data + size);

    if (const auto words = Mnemonic::parse(text)) {
        const auto again = Mnemonic::from_entropy(words->entropy().reveal());
        if (!again || to_bytes(again->sentence().reveal()) != to_bytes(words->sentence().reveal()))
            std::abort();
    } else if (const auto* unknown = std::get_if<UnknownWord>(&words.error())) {
        if (unknown->suggestions.size() > 3) std::abort();
    }

    const auto versions = ExtendedVersions::of(params_of(Network::mainnet));
    if (const auto key = parse_extended(text, versions)) {
        const auto again =
            std::visit(overloaded{
                           [&](const ExtendedPublicKey& k) { return k.to_text(versions); },
                           [&](const ExtendedPrivateKey& k) {
                               const auto secret = k.to_text(versions);
                               return std::string(secret.reveal().begin(), secret.reveal().end());
                           },
                       },
                       *key);
        if (again != text) std::abort();
    }

    if (const auto path = parse_path(text)) {
        if (*parse_path(to_string(*path)) != *path) std::abort();
    }
    return 0;
}
