#include "ui/window/settings_dialog.h"

#include "ui/style/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/text.h"
#include "ui/window/preferences.h"

#include <QComboBox>

namespace runnel::ui {

namespace {

QComboBox* makeBox(const char* object_name, const QString& name) {
    auto* const box = new QComboBox;
    box->setObjectName(QString::fromLatin1(object_name));
    box->setAccessibleName(name);
    return box;
}

}  // namespace

SettingsDialog::SettingsDialog(Preferences& preferences, const QString& version, QWidget* parent)
    : Sheet(tr("Settings"), "settings", parent) {
    auto* const theme = makeBox("settingsTheme", tr("Colours"));
    theme->addItem(tr("As the system"), static_cast<int>(Scheme::system));
    theme->addItem(tr("Light"), static_cast<int>(Scheme::light));
    theme->addItem(tr("Dark"), static_cast<int>(Scheme::dark));
    theme->setCurrentIndex(theme->findData(static_cast<int>(preferences.scheme())));
    body()->addWidget(labelled(tr("&Colours"), theme));

    auto* const size = makeBox("settingsTextSize", tr("Text size"));
    for (const int percent : {100, 125, 150, 200}) size->addItem(tr("%1 %").arg(percent), percent);
    size->setCurrentIndex(size->findData(preferences.textSize()));
    body()->addWidget(labelled(tr("Text &size"), size));

    auto* const language = makeBox("settingsLanguage", tr("Language"));
    language->addItem(tr("As the system"), QString());
    // Each in its own language: whoever needs it can read it.
    language->addItem(QStringLiteral("English"), QStringLiteral("en"));
    language->addItem(QStringLiteral("Deutsch"), QStringLiteral("de"));
    language->setCurrentIndex(std::max(0, language->findData(preferences.language())));
    body()->addWidget(labelled(tr("&Language"), language));
    body()->addSpacing(space::small);
    body()->addWidget(new Text(
        "caption", tr("Runnel %1. Young software: do not put real money into it.").arg(version)));
    body()->addStretch(1);

    auto* const done = new Button(ButtonKind::primary, tr("&Done"), "settingsDone");
    addFooter(done);
    setEnterPresses(done);
    theme->setFocus();
    connect(done, &Button::clicked, this, &QDialog::accept);
    connect(theme, &QComboBox::currentIndexChanged, this, [&preferences, theme] {
        preferences.setScheme(static_cast<Scheme>(theme->currentData().toInt()));
    });
    connect(size, &QComboBox::currentIndexChanged, this, [this, &preferences, size] {
        preferences.setTextSize(size->currentData().toInt());
        fit();
    });
    connect(language, &QComboBox::currentIndexChanged, this, [&preferences, language] {
        preferences.setLanguage(language->currentData().toString());
    });
}

void SettingsDialog::showLog(const QString& path) {
    auto* const field = new CopyField(tr("Log of this wallet"), "settingsLog");
    field->setText(path);
    // Before the version, which comes last.
    const int at = body()->count() - 3;
    body()->insertWidget(
        at, labelled(tr("Log of this wallet"), field,
                     tr("For reporting what went wrong to whoever you have Runnel from. It holds "
                        "no secrets, but it names your channels and payments.")));
}

}  // namespace runnel::ui
