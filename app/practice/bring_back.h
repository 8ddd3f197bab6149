// A practice wallet made anew from its words finds its coins again, as on a network of others:
// there the chain is everybody's, here it lies in the wallet's own folder, which was set aside. So
// the practice network of that folder is copied to the new one. Whose it is tells a file beside it;
// the id of a practice node says nothing about any other wallet. The older folder stays as it is.
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace runnel::practice {

/// Begins the name of a folder that was set aside; what follows is a date.
std::filesystem::path aside_stem(const std::filesystem::path& data_directory);
/// Notes whose practice network lies in this wallet's folder, where that is not noted yet. Without
/// it nothing is lost but the way back, so that nothing is said when it fails.
void note_owner(const std::filesystem::path& data_directory, std::string_view node_id);
/// Copies the practice network that this node had last, from where it was set aside to a folder
/// without one. False: there is none to bring back, or one is there already. The error says what
/// did not work; then nothing is left behind.
Result<bool, std::string> bring_back(const std::filesystem::path& data_directory,
                                     std::string_view node_id);

}  // namespace runnel::practice
