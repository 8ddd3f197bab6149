// A folder for a fuzz target that needs one, gone at the end.
#pragma once

#include <stdlib.h>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace runnel::fuzz {

class Scratch {
public:
    Scratch() {
        std::string name = (std::filesystem::temp_directory_path() / "runnel-fuzz-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        m_folder = name;
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(m_folder, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    const std::filesystem::path& folder() const { return m_folder; }

private:
    std::filesystem::path m_folder;
};

}  // namespace runnel::fuzz
