#include "app/practice/bring_back.h"

#include "app/practice/places.h"

#include <fstream>
#include <optional>

namespace runnel::practice {

namespace fs = std::filesystem;

namespace {

fs::path owner_in(const fs::path& data_directory) { return folder_in(data_directory) / "owner"; }

std::string owner_of(const fs::path& data_directory) {
    std::ifstream file(owner_in(data_directory));
    std::string line;
    std::getline(file, line);
    return line;
}

/// The folder of this node's that was used last.
std::optional<fs::path> latest_of(const fs::path& data_directory, std::string_view node_id) {
    const auto stem = aside_stem(data_directory);
    std::optional<fs::path> out;
    fs::file_time_type newest;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(stem.parent_path(), error)) {
        if (entry.path().filename().string().rfind(stem.filename().string(), 0) != 0) continue;
        if (owner_of(entry.path()) != node_id) continue;
        std::error_code unreadable;
        const auto used = fs::last_write_time(folder_in(entry.path()) / "chain", unreadable);
        if (unreadable || (out && used < newest)) continue;
        out = entry.path();
        newest = used;
    }
    return out;
}

/// Files and folders only: a socket is of a process that has ended.
void copy_files(const fs::path& from, const fs::path& to, std::error_code& error) {
    fs::create_directory(to, from, error);  // with its permissions
    for (auto at = error ? fs::directory_iterator() : fs::directory_iterator(from, error);
         !error && at != fs::directory_iterator(); at.increment(error)) {
        const auto target = to / at->path().filename();
        const auto status = at->symlink_status(error);
        if (error) return;
        if (fs::is_directory(status)) copy_files(at->path(), target, error);
        else if (fs::is_regular_file(status)) fs::copy_file(at->path(), target, error);
    }
}

}  // namespace

fs::path aside_stem(const fs::path& data_directory) {
    return fs::path(data_directory.string() + "-until-");
}

void note_owner(const fs::path& data_directory, std::string_view node_id) {
    std::error_code ignored;
    if (!fs::is_directory(folder_in(data_directory), ignored) ||
        fs::exists(owner_in(data_directory), ignored))
        return;
    std::ofstream(owner_in(data_directory)) << node_id << '\n';
}

Result<bool, std::string> bring_back(const fs::path& data_directory, std::string_view node_id) {
    std::error_code error;
    if (fs::exists(folder_in(data_directory), error)) return false;
    const auto from = latest_of(fs::absolute(data_directory), node_id);
    if (!from) return false;
    // Half of it must never be taken for all: it gets its name when it is whole.
    const auto partly = fs::path(folder_in(data_directory).string() + ".partly");
    fs::remove_all(partly, error);
    fs::create_directories(data_directory, error);
    if (!error) copy_files(folder_in(*from), partly, error);
    if (!error) fs::rename(partly, folder_in(data_directory), error);
    if (!error) return true;
    const auto cause = error.message();
    fs::remove_all(partly, error);
    return fail("copying the practice network: " + cause);
}

}  // namespace runnel::practice
