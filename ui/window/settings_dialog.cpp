#include "ui/window/settings_dialog.h"

#include "ui/style/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/text.h"
#include "ui/window/preferences.h"

#include <QComboBox>
#include <QLabel>

#include <algorithm>

namespace runnel::ui {

namespace {

QComboBox* makeBox(const char* object_name) {
    auto* const box = new QComboBox;
    box->setObjectName(QString::fromLatin1(object_name));
    return box;
}

/// Of a row of labelled(): the label stands first.
void nameRow(QWidget* row, QWidget* control, const QString& label, const QString& name) {
    row->findChild<QLabel*>(QString(), Qt::FindDirectChildrenOnly)->setText(label);
    control->setAccessibleName(name);
}

}  // namespace

SettingsDialog::SettingsDialog(Preferences& preferences, const QString& version, QWidget* parent)
    : Sheet(tr("Settings"), "settings", parent) {
    build(preferences, version);
    connect(&preferences, &Preferences::languageChanged, this, &SettingsDialog::reword);
}

void SettingsDialog::build(Preferences& preferences, const QString& version) {
    say([this] {
        setWindowTitle(tr("Settings"));
        findChild<QLabel*>(QStringLiteral("sheetTitle"))->setText(tr("Settings"));
        auto* const close = findChild<QWidget*>(QStringLiteral("sheetClose"));
        close->setAccessibleName(Sheet::tr("Close this dialog"));
        close->setToolTip(Sheet::tr("Close this dialog"));
    });

    auto* const theme = makeBox("settingsTheme");
    for (const auto scheme : {Scheme::system, Scheme::light, Scheme::dark})
        theme->addItem(QString(), static_cast<int>(scheme));
    auto* const theme_row = labelled({}, theme);
    body()->addWidget(theme_row);
    say([theme, theme_row] {
        nameRow(theme_row, theme, tr("&Colours"), tr("Colours"));
        theme->setItemText(0, tr("As the system"));
        theme->setItemText(1, tr("Light"));
        theme->setItemText(2, tr("Dark"));
    });
    theme->setCurrentIndex(theme->findData(static_cast<int>(preferences.scheme())));

    auto* const size = makeBox("settingsTextSize");
    for (const int percent : {100, 125, 150, 200}) size->addItem(QString(), percent);
    auto* const size_row = labelled({}, size);
    body()->addWidget(size_row);
    say([size, size_row] {
        nameRow(size_row, size, tr("Text &size"), tr("Text size"));
        for (int i = 0; i < size->count(); ++i)
            size->setItemText(i, tr("%1 %").arg(size->itemData(i).toInt()));
    });
    size->setCurrentIndex(size->findData(preferences.textSize()));

    auto* const language = makeBox("settingsLanguage");
    language->addItem(QString(), QString());
    // Each in its own language: whoever needs it can read it.
    language->addItem(QStringLiteral("English"), QStringLiteral("en"));
    language->addItem(QStringLiteral("Deutsch"), QStringLiteral("de"));
    auto* const language_row = labelled({}, language);
    body()->addWidget(language_row);
    say([language, language_row] {
        nameRow(language_row, language, tr("&Language"), tr("Language"));
        language->setItemText(0, tr("As the system"));
    });
    language->setCurrentIndex(std::max(0, language->findData(preferences.language())));
    body()->addSpacing(space::small);
    auto* const about = new Text("caption");
    body()->addWidget(about);
    say([about, version] {
        about->setText(
            tr("Runnel %1. Young software: do not put real money into it.").arg(version));
    });
    body()->addStretch(1);

    auto* const done = new Button(ButtonKind::primary, {}, "settingsDone");
    say([done] { done->setText(tr("&Done")); });
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

void SettingsDialog::say(std::function<void()> words) {
    words();
    m_words.push_back(std::move(words));
}

void SettingsDialog::reword() {
    for (const auto& words : m_words) words();
    if (m_log_row != nullptr) addLog(m_log);
    fit();
}

void SettingsDialog::showLog(const QString& path) { addLog(m_log = path); }

void SettingsDialog::addLog(const QString& path) {
    const bool had_focus =
        m_log_row != nullptr && focusWidget() != nullptr && m_log_row->isAncestorOf(focusWidget());
    delete m_log_row;
    auto* const field = new CopyField(tr("Log of this wallet"), "settingsLog");
    field->setText(path);
    m_log_row = labelled(tr("Log of this wallet"), field,
                         tr("For reporting what went wrong to whoever you have Runnel from. It "
                            "holds no secrets, but it names your channels and payments."));
    // Before the version, which comes last.
    body()->insertWidget(body()->count() - 3, m_log_row);
    if (had_focus) field->setFocus(Qt::OtherFocusReason);
}

}  // namespace runnel::ui
