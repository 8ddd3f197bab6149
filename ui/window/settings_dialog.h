// SettingsDialog: how the window looks and speaks. Every change is seen at once.
#pragma once

#include "ui/widgets/sheet.h"

namespace runnel::ui {

class Preferences;

class SettingsDialog : public Sheet {
    Q_OBJECT
public:
    SettingsDialog(Preferences& preferences, const QString& version, QWidget* parent);
    /// Where the log of the wallet lies that is open.
    void showLog(const QString& path);
};

}  // namespace runnel::ui
