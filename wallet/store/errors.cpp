#include "wallet/store/errors.h"

#include "core/base/result.h"

#include <cstring>

namespace runnel::store {

std::string describe(const StoreError& error) {
    return std::visit(overloaded{
                          [](const InUse& e) { return "in_use pid=" + std::to_string(e.pid); },
                          [](const Missing&) { return std::string("missing"); },
                          [](const Exists&) { return std::string("exists"); },
                          [](const WrongPassphrase&) { return std::string("wrong_passphrase"); },
                          [](const EmptyPassphrase&) { return std::string("empty_passphrase"); },
                          [](const EnvelopeDamaged&) { return std::string("envelope_damaged"); },
                          [](const NewerVersion& e) {
                              return "newer_version found=" + std::to_string(e.found) +
                                     " known=" + std::to_string(e.known);
                          },
                          [](const OtherNetwork& e) {
                              return "other_network found=" + e.found + " wanted=" + e.wanted;
                          },
                          [](const Damaged& e) {
                              return "damaged subject=" + to_hex(e.subject) +
                                     " sequence=" + std::to_string(e.sequence) + " detail=\"" +
                                     e.detail + "\"";
                          },
                          [](const OutOfMemory&) { return std::string("out_of_memory"); },
                          [](const IoError& e) {
                              return "io operation=\"" + e.operation + "\" error=\"" +
                                     std::strerror(e.code) + "\"";
                          },
                      },
                      error);
}

}  // namespace runnel::store
