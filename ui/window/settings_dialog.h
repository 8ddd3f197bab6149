// SettingsDialog: how the window looks and speaks. Every change is seen at once, here as well: what
// it says itself is worded anew, and the keyboard stays where it was.
#pragma once

#include "ui/widgets/sheet.h"

#include <functional>
#include <vector>

class QComboBox;

namespace runnel::ui {

class Preferences;

class SettingsDialog : public Sheet {
    Q_OBJECT
public:
    SettingsDialog(Preferences& preferences, const QString& version, QWidget* parent);
    /// Where the log of the wallet lies that is open.
    void showLog(const QString& path);

private:
    void build(Preferences& preferences, const QString& version);
    void addLog(const QString& path);
    /// Says it now, and again in each other language.
    void say(std::function<void()> words);
    void reword();

    std::vector<std::function<void()>> m_words;
    QString m_log;
    QWidget* m_log_row = nullptr;
};

}  // namespace runnel::ui
